"""Tables for spreadsheets: CSV (RFC 4180) in which no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi.responses import Response

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """What a spreadsheet shows as text, whatever a page wrote: nothing that begins like a formula."""
    text = str(value).replace("\0", "")
    # A blank before the sign does not stop every program from calculating.
    return f"'{text}" if text.startswith(_STARTS) or text.lstrip().startswith(_STARTS) else text


def csv_of(head: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> Response:
    """A file to be saved as `name`. With a byte-order mark: without one Excel does not take it for UTF-8."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return Response(
        made.getvalue().encode("utf-8-sig", "replace"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
