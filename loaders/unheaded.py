"""What is said of a sheet that has no row of headings: which row looks most like one, and what in it is known."""

from collections.abc import Sequence

from formats.row import Row
from loaders.asked import Asked
from loaders.headings import SEARCHED
from loaders.issues import RULES
from loaders.text import clean
from schemas.issue import Issue, issue


def unheaded(rows: Sequence[Row], asked: Asked) -> Issue:
    """That these first rows of a sheet have no headings among them."""
    at, texts = _likeliest(rows)
    number, sheet = rows[at].number, rows[0].sheet
    known = [text for text in texts if asked.knows(text)]
    seen, seen_en = f"其中认得的只有“{'、'.join(known)}”", f"of it only “{', '.join(known)}” is known"
    if not known:
        seen, seen_en = "其中没有标准里的名称", "none of it is a name of the standard"
    several = len(texts) > 1
    return issue(
        RULES, "L001", value="、".join(texts) or None, limit=SEARCHED,
        sheet=f"工作表“{sheet}”" if sheet else "文件", sheetEn=f"sheet “{sheet}”" if sheet else "the file",
        seen=f"；最像的是第 {number} 行，{seen}" if several else "",
        seenEn=f"; row {number} is most like one, but {seen_en}" if several else "",
    ).at(sheet=sheet, row=number)  # fmt: skip


def _likeliest(rows: Sequence[Row]) -> tuple[int, tuple[str, ...]]:
    """The place of the row with the most different texts that are no figures, the first of several; and these."""
    texts = [
        tuple(dict.fromkeys(text for text in map(clean, row.cells) if text and not text[0].isdecimal()))
        for row in rows
    ]
    place = max(range(len(rows)), key=lambda one: (len(texts[one]), -one))
    return place, texts[place]
