"""Tables for spreadsheets: CSV (RFC 4180) in which no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi.responses import Response

from monitor.text.cells import separator, shielded


def cell(value: object) -> str:
    """What a spreadsheet shows as text, whatever a page wrote: nothing that begins like a formula."""
    return shielded(str(value).replace("\0", ""))


def csv_of(head: Sequence[str], rows: Iterable[Sequence[object]], name: str, language: str) -> Response:
    """A file to be saved as `name`, parted as a spreadsheet of this language parts it."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=separator(language))
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    # Without a byte-order mark Excel does not take it for UTF-8.
    return table_of(made.getvalue().encode("utf-8-sig", "replace"), name)


def table_of(data: bytes, name: str) -> Response:
    """A table to be saved under this name, never opened here."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)
