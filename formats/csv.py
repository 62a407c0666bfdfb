"""Tables as text: comma, tab, pipe or semicolon, whatever the suffix says."""

import csv
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from io import StringIO, TextIOWrapper
from typing import BinaryIO

from formats.error import FormatError
from formats.row import Row
from formats.text import as_text

SUFFIXES = (".csv", ".tsv", ".txt")
MEDIA_TYPE = "text/csv"

DELIMITERS = ",\t|;"
# What Excel takes from a first line.
STATED = re.compile(r"sep=([^\w\s]|\t)\r?\n?", re.IGNORECASE)
SAMPLE = 1 << 16
LINE_LIMIT = 1 << 24


def read(stream: BinaryIO) -> Iterator[Row]:
    """The records as written: cells are text, ragged rows stay ragged, empty lines are left out.

    `number` is the line where a record starts. A cell may hold line breaks inside its quotes.
    Raises FormatError F020, F021, F022 and those of the text's encoding.
    """
    # The limit belongs to the whole process; it is only ever raised, never below what another has set.
    csv.field_size_limit(max(csv.field_size_limit(), LINE_LIMIT))
    with as_text(stream) as text:
        beginning = text.tell()
        sample = text.read(SAMPLE)
        stated = STATED.match(sample)
        delimiter = stated[1] if stated else delimiter_of(sample)
        text.seek(beginning)
        if stated:
            text.readline()
        yield from _records(text, delimiter, 2 if stated else 1, spaced=_is_spaced(sample, delimiter))


def delimiter_of(sample: str) -> str:
    """The delimiter under which most records of the sample have the same, large number of cells.

    A comma file with pipes inside its cells stays a comma file; text without any delimiter is one column.
    """
    lines = list(StringIO(sample, newline=""))
    whole = lines[:-1] if len(sample) >= SAMPLE and len(lines) > 1 else lines
    return max(DELIMITERS, key=partial(_fitness, whole))


def _is_spaced(sample: str, delimiter: str) -> bool:
    """Whether blanks stand between delimiters and quotes, and no quote right behind a delimiter."""
    spaced, close = f'{delimiter} "', f'{delimiter}"'
    return spaced in sample and close not in sample


def _fitness(lines: list[str], delimiter: str) -> float:
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    except csv.Error:
        return 0
    if not widths:
        return 0
    best = max(count / len(widths) * math.log2(width) for width, count in Counter(widths).items())
    # A heading rarely has the delimiter of another kind of file inside its words.
    return best if widths[0] > 1 else best / 2


def _records(text: TextIOWrapper, delimiter: str, first: int, *, spaced: bool) -> Iterator[Row]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=spaced)
    start, before = first, first - 1
    try:
        for cells in reader:
            if lines.ended:
                raise FormatError("F020", line=start)
            within = reader.line_num + before > start or _swallows(lines.record[0], len(cells), delimiter)
            if within and not _closes_its_quotes(lines.record, delimiter, spaced=spaced):
                raise FormatError("F021", line=start, last=reader.line_num + before)
            if cells:
                yield Row("", start, tuple(cells))
            lines.record.clear()
            start = reader.line_num + before + 1
    except csv.Error as error:
        # Only the limit on a cell is left: the reader is not strict, and a line is within the limit.
        raise FormatError("F022", line=start, limit=LINE_LIMIT) from error


def _swallows(line: str, cells: int, delimiter: str) -> bool:
    """Whether delimiters stand inside the cells of a line: by the rules, or because a stray quote joined cells."""
    return '"' in line and line.count(delimiter) >= cells


def _closes_its_quotes(record: list[str], delimiter: str, *, spaced: bool) -> bool:
    """Whether a record is written by the rules.

    A stray quote within a cell does no harm. One that joins lines or cells may have swallowed whole rows, or moved the
    values behind it to other columns, in silence.
    """
    try:
        return len(list(csv.reader(record, delimiter=delimiter, strict=True, skipinitialspace=spaced))) == 1
    except csv.Error:
        return False


class _Lines:
    """The lines of a text, with those of the current record kept.

    `ended` turns true when the reader asks for a line after the last: a record that comes after that was still
    inside a quote.
    """

    def __init__(self, text: TextIOWrapper) -> None:
        self.text = text
        self.record: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        lines = iter(partial(self.text.readline, LINE_LIMIT + 1), "")
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_LIMIT:
                raise FormatError("F022", line=number, limit=LINE_LIMIT)
            self.record.append(line)
            yield line
        self.ended = True
