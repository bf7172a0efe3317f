"""Pictures of mails, for people: each HTML file in light and dark, as wide as a screen shows it and as a phone does.

    ./run python -m tests.pictures FOLDER OUT [NAME …]

`./run samples` makes those of alerts/samples. Nothing compares them: fonts differ from machine to machine.
"""

import argparse
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

WIDTHS = {"screen": 640, "phone": 390}
SCHEMES = ("light", "dark")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def take(files: Iterable[Path], root: Path, out: Path) -> int:
    """Writes `<out>/<path below root>-<width>-<scheme>.png` and returns how many. No page may fetch anything."""
    from playwright.sync_api import sync_playwright

    browser_file = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser_file is None:
        sys.stderr.write("no Chromium on this machine (Debian, Ubuntu: apt-get install chromium): no pictures\n")
        return 0
    count = 0
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_file, args=["--no-proxy-server"])
        for name, width in WIDTHS.items():
            for scheme in SCHEMES:
                context = browser.new_context(
                    color_scheme=scheme,
                    device_scale_factor=2,
                    is_mobile=name == "phone",
                    java_script_enabled=False,
                    offline=True,
                    viewport={"width": width, "height": 800},
                )
                page = context.new_page()
                for file in files:
                    page.goto(file.resolve().as_uri())
                    target = out / file.relative_to(root).parent / f"{file.stem}-{name}-{scheme}.png"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=target, full_page=True)
                    count += 1
                context.close()
        browser.close()
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*", help="only files whose path holds one of these")
    given = parser.parse_args()
    files = [
        file
        for file in sorted(given.folder.rglob("*.html"))
        if not given.names or any(name in str(file.relative_to(given.folder)) for name in given.names)
    ]
    sys.stdout.write(f"{take(files, given.folder, given.out)} pictures in {given.out}\n")


if __name__ == "__main__":
    main()
