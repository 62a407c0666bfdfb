"""Rows and errors as lines of JSON, from the process that reads to the one that asked.

Four kinds of line: `{"sheet", "rows": [[number, cells], ...]}` (with `"dated": true` if dates are among the cells,
each as `{"date": ...}` or `{"datetime": ...}`), `{"sheet", "remark": [kind, places, count]}`, `{"error": code, "details": {...}}`, and `{"end": true}`, without
which the lines were cut off. A row that orjson cannot write stands alone, as `{"sheet", "number", "exact"}` with its
JSON as text inside.
"""

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from formats.error import FormatError
from formats.row import Remark, Row

BATCH: Final = 1 << 16
ROW_LIMIT: Final = 64 << 20
LINE_LIMIT: Final = BATCH + 2 * ROW_LIMIT

END: Final = b'{"end":true}\n'


def encode(rows: Iterable[Row | Remark]) -> Iterator[bytes]:
    """Lines for all rows and the end; a FormatError on the way comes after the rows before it, in place of the end."""
    batch = _Batch()
    try:
        for row in rows:
            if isinstance(row, Remark):
                yield from batch.lines()
                batch = _Batch(batch.sheet)
                remark = [row.kind, row.places, row.count]
                yield orjson.dumps({"sheet": row.sheet, "remark": remark}) + b"\n"
                continue
            if row.sheet != batch.sheet or batch.size > BATCH:
                yield from batch.lines()
                batch = _Batch(row.sheet)
            exact = batch.take(row)
            if exact is not None:
                yield from batch.lines()
                batch = _Batch(row.sheet)
                yield exact
    except FormatError as error:
        yield from batch.lines()
        yield encode_error(error)
    else:
        yield from batch.lines()
        yield END


def encode_error(error: FormatError) -> bytes:
    # Details may quote half a surrogate pair, which orjson refuses.
    return json.dumps({"error": error.code, "details": error.details}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one sheet that stand together: each its number and its cells. `line` is what they came as.

    A remark comes alone, without rows.
    """

    sheet: str
    rows: Sequence[tuple[int, Any]]
    line: bytes
    remark: Remark | None = None

    def __iter__(self) -> Iterator[Row]:
        """The rows one by one."""
        for number, cells in self.rows:
            yield Row(self.sheet, number, cells if isinstance(cells, dict) else tuple(cells))


def decode(line: bytes) -> Batch:
    """The rows of one line (none for the end); raises the FormatError that a line holds."""
    message = orjson.loads(line)
    if "error" in message:
        raise FormatError(message["error"], **message["details"])
    sheet = message.get("sheet", "")
    if "exact" in message:
        return Batch(sheet, [(message["number"], json.loads(message["exact"]))], line)
    if "remark" in message:
        kind, places, count = message["remark"]
        return Batch(sheet, (), line, Remark(kind, sheet, tuple(places), count))
    found = message.get("rows", ())
    if message.get("dated"):
        found = [(number, list(map(_untagged, cells))) for number, cells in found]
    return Batch(sheet, found, line)


class _Batch:
    """Rows of one sheet, encoded one by one so that their size is known."""

    def __init__(self, sheet: str = "") -> None:
        self.sheet = sheet
        self.size = 0
        self._parts: list[bytes] = []
        self._dated = False

    def take(self, row: Row) -> bytes | None:
        """Add a row; if it cannot be added, give the line on which it stands alone."""
        try:
            part = orjson.dumps((row.number, row.cells), self._tag, orjson.OPT_PASSTHROUGH_DATETIME)
        except TypeError:
            # An integer of more than 64 bits.
            line = {"sheet": row.sheet, "number": row.number, "exact": json.dumps(row.cells)}
            return _within_limit(row.number, orjson.dumps(line)) + b"\n"
        self._parts.append(_within_limit(row.number, part))
        self.size += len(part)
        return None

    def lines(self) -> Iterator[bytes]:
        """The batch as one line, or nothing if it is empty."""
        if self._parts:
            dated = b'"dated":true,' if self._dated else b""
            rows = b",".join(self._parts)
            yield b'{"sheet":%b,%b"rows":[%b]}\n' % (orjson.dumps(self.sheet), dated, rows)

    def _tag(self, value: object) -> dict[str, str]:
        if not isinstance(value, datetime.date):
            raise TypeError(type(value).__name__)
        self._dated = True
        return {"datetime" if isinstance(value, datetime.datetime) else "date": value.isoformat()}


def _untagged(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    if "date" in cell:
        return datetime.date.fromisoformat(cell["date"])
    return datetime.datetime.fromisoformat(cell["datetime"])


def _within_limit(number: int, part: bytes) -> bytes:
    if len(part) > ROW_LIMIT:
        raise FormatError("F054", number=number, megabytes=ROW_LIMIT >> 20)
    return part
