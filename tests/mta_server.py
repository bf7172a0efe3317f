"""A Postfix of our own: in a folder of its own, on loopback ports, with a certificate, a login and grey-listing.

Nothing of the machine's own mail is touched: configuration, queue, data and log lie in the folder, and every process
ends with it. Postfix's login is asked of `Doorman` (Dovecot's auth protocol 1.1), its grey-listing of `GreyList`
(postfix.org/SMTPD_POLICY_README.html).
"""

import base64
import os
import pwd
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from pathlib import Path

import trustme

USER, PASSWORD = "watch@example.org", "a pass/word: with @ in it"
BOXES = ("reader", "anna", "ben", "in", "piped")
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.example.org
mydestination =
mynetworks = 192.0.2.1/32
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{doorman}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
message_size_limit = 300000
virtual_mailbox_limit = 0
virtual_mailbox_domains = example.org, xn--bcher-kva.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
relay_domains = gone.example
transport_maps = inline:{{ {{ gone.example = smtp:[127.0.0.1]:{bare} }}, {{ piped@example.org = monitor: }} }}
"""
# A line that begins with blanks goes on with the one before.
MASTER = """\
127.0.0.1:{submission} inet n - n - - smtpd
127.0.0.1:{grey} inet n - n - - smtpd
  -o smtpd_recipient_restrictions=check_policy_service,inet:127.0.0.1:{policy},permit
127.0.0.1:{bare} inet n - n - - smtpd
  -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=no -o myhostname=mx.gone.example
  -o {{ smtpd_recipient_restrictions =
  check_recipient_access inline:{{ {{ reader@gone.example = 550 5.1.1 No such user here }} }}, permit }}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
smtp unix - - n - - smtp
monitor unix - n n - 1 pipe
  flags=Rq user=nobody argv={argv}
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class _Lines(socketserver.ThreadingTCPServer):
    """A server of lines on loopback, in a thread."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, handler: type[socketserver.StreamRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.port = int(self.server_address[1])
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Doorman(_Lines):
    """Says whose password is right, and counts who asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        doorman = self

        class Answers(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n")
                for line in self.rfile:
                    if line.startswith(b"AUTH\t"):
                        self.wfile.write(doorman.judge(line.decode().rstrip("\n").split("\t")).encode())

        super().__init__(Answers)

    def judge(self, fields: list[str]) -> str:
        said = next((f.partition("=")[2] for f in fields if f.startswith("resp=")), "")
        _, user, password = base64.b64decode(said).decode().split("\0")
        good = (user, password) == (USER, PASSWORD)
        self.asked.append((user, good))
        return f"OK\t{fields[1]}\tuser={user}\n" if good else f"FAIL\t{fields[1]}\tuser={user}\n"


class GreyList(_Lines):
    """Asks everybody unknown to come back; knows them then."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        grey = self

        class Answers(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                known = {}
                for line in self.rfile:
                    name, _, value = line.decode().strip().partition("=")
                    if name:
                        known[name] = value
                        continue
                    who = f"{known.get('sender')} to {known.get('recipient')}"
                    again = who in grey.asked
                    grey.asked.append(who)
                    answer = "dunno" if again else "defer 4.2.0 Greylisted, please come back"
                    self.wfile.write(f"action={answer}\n\n".encode())

        super().__init__(Answers)


class Postfix:
    """The server. `submission`: TLS and login; `grey`: the same, grey-listed; `bare`: without TLS, and the server of
    `gone.example`, which knows no reader. `argv`: the command that mail to piped@example.org is piped into.
    """

    def __init__(self, folder: Path, argv: str = "") -> None:
        self.folder, self.etc = folder, folder / "etc"
        folder.chmod(0o755)
        self.doorman, self.grey_list = Doorman(), GreyList()
        self.submission, self.grey, self.bare = _free_ports(3)
        self.authority = trustme.CA()
        self._write(argv or "/bin/false")

    def _write(self, argv: str) -> None:
        certificate = self.authority.issue_cert("localhost")
        certificate.cert_chain_pems[0].write_to_path(str(self.folder / "cert.pem"))
        certificate.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        self.authority.cert_pem.write_to_path(str(self.folder / "ca.pem"))
        owner = pwd.getpwnam("nobody")
        for name in ("etc", "spool", "data", "mail"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.folder / "mail", owner.pw_uid, owner.pw_gid)
        places = [f"{{ {box}@example.org = {box}/ }}" for box in BOXES]
        boxes = ", ".join([*places, "{ reader@xn--bcher-kva.example = buecher/ }"])
        ports = {"submission": self.submission, "grey": self.grey, "bare": self.bare}
        own = {"folder": self.folder, "uid": owner.pw_uid, "gid": owner.pw_gid, "doorman": self.doorman.port}
        main = MAIN.format(boxes=boxes, **own, **ports)
        (self.etc / "main.cf").write_text(main)
        (self.etc / "master.cf").write_text(MASTER.format(policy=self.grey_list.port, argv=argv, **ports))

    def start(self) -> None:
        self._postfix("start")
        for port in (self.submission, self.grey, self.bare):
            _listening(port)

    def stop(self) -> None:
        self._postfix("stop")

    def close(self) -> None:
        if (self.folder / "spool" / "pid" / "master.pid").exists():
            subprocess.run(["postfix", "-c", str(self.etc), "stop"], capture_output=True, check=False)
        self.doorman.close()
        self.grey_list.close()

    def flush(self) -> None:
        """Everything that was put off is tried now."""
        self._postfix("flush")

    def until_logged(self, words: str) -> str:
        """The line of the log that has these words."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = [line for line in (self.folder / "log").read_text().splitlines() if words in line]
            if found:
                return found[-1]
            time.sleep(0.1)
        return ""

    def _postfix(self, what: str) -> None:
        done = subprocess.run(["postfix", "-c", str(self.etc), what], capture_output=True, text=True, check=False)
        if done.returncode:
            log = self.folder / "log"
            raise SystemExit(f"postfix {what}: {done.stderr}\n{log.read_text() if log.exists() else ''}")

    def box(self, name: str) -> list[bytes]:
        """The messages in a mailbox, oldest first."""
        files = (self.folder / "mail" / name / "new").glob("*")
        return [file.read_bytes() for file in sorted(files, key=lambda f: (f.stat().st_mtime_ns, f.name))]

    def until(self, name: str, count: int) -> list[bytes]:
        """The mailbox once it holds so many."""
        end = time.monotonic() + 30
        while len(self.box(name)) < count and time.monotonic() < end:
            time.sleep(0.05)
        found = self.box(name)
        if len(found) < count:
            raise SystemExit(f"{name} has {len(found)} messages, not {count}:\n{(self.folder / 'log').read_text()}")
        return found


def version() -> str:
    said = subprocess.run(["postconf", "-d", "-h", "mail_version"], capture_output=True, text=True, check=True)
    return said.stdout.strip()


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(s.getsockname()[1]) for s in taken]
    for one in taken:
        one.close()
    return ports


def _listening(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nobody listens on port {port}")


def is_root() -> bool:
    return os.geteuid() == 0
