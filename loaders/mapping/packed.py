"""Cells that hold several values, each with its label, or a name and a telephone number: a pattern for each."""

import re
from collections import Counter
from collections.abc import Iterator

from loaders.mapping.contents import Contents
from loaders.mapping.match import Column
from loaders.text import clean

# In so large a part of the cells a label has to stand, and so many labels.
_MOSTLY, _SEVERAL = 0.5, 2
_LONGEST, _MANY = 300, 4
_LABEL = re.compile(r"(?:^|[;；,，。\s])([\u4e00-\u9fff]{2,10})[:：]\s*[^;；,，。\n]+")
_PERSON, _PHONE = (
    r"^([\u4e00-\u9fff·]{2,4})(?=[\s,，、/:：（(]*[\d(（])",
    r"((?:\(?0\d{2,3}\)?[- ]?)?[2-8]\d{6,7}|1\d{10})",
)


def parts_of(column: Column, first: int, make: type[Column] = Column) -> Iterator[Column]:
    """The values in a column's cells as columns of their own, numbered from `first`; each knows its pattern."""
    for number, (name, pattern) in enumerate(_found(column.contents)):
        compiled = re.compile(pattern)
        cells = [
            found[1] if isinstance(cell, str) and (found := compiled.search(clean(cell))) else None
            for cell in column.cells
        ]
        contents = Contents(cells, column.contents.reader)
        yield make(
            first + number,
            f"{column.key}\n{name}",
            name,
            contents,
            None,
            cells,
            pattern=pattern,
            of=column.key,
        )


def _found(contents: Contents) -> Iterator[tuple[str, str]]:
    """The names of the values, and the pattern whose one group is each."""
    texts = [text for text in contents.texts if len(text) <= _LONGEST]
    if not texts or len(texts) * 10 < len(contents.texts) * 8:
        return
    counts = Counter(label for text in texts for label in set(_LABEL.findall(text)))
    labels = [label for label, count in counts.items() if count >= len(texts) * _MOSTLY]
    if len(labels) >= _SEVERAL:
        for label in labels:
            yield label, rf"{label}[:：]\s*([^;；,，。\n]+)"
        return
    both = [found[1] for text in texts if (found := re.search(_PERSON, text)) and re.search(_PHONE, text)]
    # One name before many numbers is no name: 云地5301001, 云地5301002.
    if len(both) > len(texts) * _MOSTLY and (len(set(both)) > 1 or len(both) < _MANY):
        yield "联系人", _PERSON
        yield "联系电话", _PHONE
