"""What went over the wire for a kept copy, whoever asks."""

from dataclasses import dataclass
from datetime import datetime

from monitor.fetch.certificates import CertificateWords, words_of
from monitor.model import HopRecord
from monitor.store import SnapshotRow, Store


@dataclass(frozen=True, slots=True)
class Brought:
    """The look that brought a copy first. `hops` empty: what went over the wire was not kept then."""

    poll_id: int = 0
    at: datetime | None = None
    hops: tuple[HopRecord, ...] = ()


def brought(store: Store, copy: SnapshotRow) -> Brought:
    """Of a copy from before looks were kept with their wire, nothing is known."""
    poll = store.history.poll(copy.poll_id) if copy.poll_id else None
    if poll is None:
        return Brought()
    look = next((look for look in poll.looks if look.snapshot == copy.id), None)
    return Brought(poll.id, poll.finished_at, look.hops if look else ())


def certificate_words(store: Store, hop: HopRecord) -> CertificateWords | None:
    """What a server's own certificate says; None for a hop without one."""
    der = store.evidence.certificate(hop.certificates[0]) if hop.certificates else None
    return words_of(der) if der else None


def in_short(hop: HopRecord) -> str:
    """`200 from 203.0.113.7:443, TLSv1.3; 5120 bytes as received (gzip, chunked), sha256 ab…`."""
    parts = [f"{hop.status or 'no answer'} from {hop.peer}" + (f", {hop.tls}" if hop.tls else "")]
    if hop.body_bytes is not None:
        how = ", ".join([*hop.codings, *([hop.framing] if hop.framing == "chunked" else [])])
        parts.append(f"{hop.body_bytes} bytes as received{f' ({how})' if how else ''}, sha256 {hop.body_sha256}")
    else:
        parts.append("its body was not read")
    return "; ".join(parts)
