"""What the tests of reading share: sources, pages, PDFs made on the spot."""

from collections.abc import Callable

import pytest
from fpdf import FPDF

from monitor import extract
from monitor.model import Extraction, Source, WatchAs

URL = "https://beleid.example.be/nl/ai/strategie"
FRENCH = (
    "La Chambre des représentants demande au gouvernement fédéral de créer un comité chargé de suivre les questions "
    "éthiques que pose l'intelligence artificielle et de lui faire rapport chaque année avant la fin du mois de mars. "
)
DUTCH = (
    "De Kamer van volksvertegenwoordigers vraagt de federale regering een comité op te richten dat de ethische vragen "
    "over artificiële intelligentie opvolgt en dat haar elk jaar voor het einde van de maand maart verslag uitbrengt. "
)


@pytest.fixture
def make_source() -> Callable[..., Source]:
    """A source with sensible values; name what matters."""

    def make(*, watch_as: WatchAs = WatchAs.PAGE, selector: str = "") -> Source:
        return Source("bron", "Bron", "beleid", URL, watch_as=watch_as, selector=selector)

    return make


@pytest.fixture
def read_html(make_source) -> Callable[..., Extraction]:
    """Reads a page given as text."""

    def read(text: str, *, url: str = URL, content_type: str = "text/html; charset=utf-8", **rules) -> Extraction:
        return extract.read(text.encode("utf-8"), content_type=content_type, url=url, source=make_source(**rules))

    return read


@pytest.fixture
def read_bytes(make_source) -> Callable[..., Extraction]:
    """Reads a body as the poll does."""

    def read(body: bytes, content_type: str = "", **rules) -> Extraction:
        return extract.read(body, content_type=content_type, url=URL, source=make_source(**rules))

    return read


class Paper(FPDF):
    """A parliamentary paper: running head, page number at the foot."""

    def __init__(self, *, head: str = "DOC 54 2643/001", foot: bool = True) -> None:
        super().__init__()
        self.head, self.foot = head, foot
        self.set_margin(20)
        self.set_font("Times", size=11)

    def header(self) -> None:
        if self.head:
            self.set_y(8)
            self.cell(0, 6, self.head, align="C")
            self.set_y(22)

    def footer(self) -> None:
        if self.foot:
            self.set_y(-12)
            self.cell(0, 6, f"{self.page_no()}/{{nb}}", align="C")

    def two_columns(self, left: str, right: str, *, top: float = 40, interleaved: bool = True) -> None:
        """Two columns of 75 mm, drawn row by row (as scanners and some word processors do) or one after the other."""
        columns = [self.multi_cell(75, 5, text, dry_run=True, output="LINES", align="L") for text in (left, right)]
        rows = range(max(len(lines) for lines in columns))
        order = [(row, side) for row in rows for side in (0, 1)]
        if not interleaved:
            order.sort(key=lambda place: place[1])
        for row, side in order:
            if row < len(columns[side]):
                self.set_xy(20 + side * 95, top + row * 5)
                self.cell(75, 5, columns[side][row])

    def bytes(self) -> bytes:
        return bytes(self.output())


@pytest.fixture
def paper() -> Callable[..., Paper]:
    return Paper


@pytest.fixture
def french() -> str:
    return FRENCH


@pytest.fixture
def dutch() -> str:
    return DUTCH
