"""What a cell says before it means anything: blanks, control characters, marks for "nothing"."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# What people and programs write where there is nothing. Compared without blanks, half width, in small letters.
NULLS = frozenset(
    {"", "-", "--", "---", "—", "——", "–", "―", "/", "//", "\\", "nah", "nan", "n/a", "na", "#n/a", "null", "none", "nil",
     "(空)", "(null)", "undefined", "*", "…", "......"}
)  # fmt: skip
# What a workbook shows in place of a value: an error, or a column that is too narrow. `#N/A` is a mark for "nothing".
_ERROR = re.compile(r"#(?:REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA)|#{3,}")
# Texts that were to stay texts: '0530, ="0530".
_MARKED = re.compile(r"['‘’](?P<marked>[^'‘’]+)|=\s*\"(?P<formula>[^\"]*)\"")
# Nothing where a number, a date or a code is asked for; a text may mean it.
NULLS_OF_VALUES = frozenset({"无", "暂无", "没有", "不详", "未知", "空", "未提供", "未填写", "待定", "——"})

# Line ends that Word, web pages and old programs write; Excel's own letters for one in its XML.
_BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]|_x000[dD]_\n?|<br ?/?>", re.IGNORECASE)
# The rule of a number of which only zeros that change nothing are left out: 12.50 is 12.5, 007 is 7.
ZEROS = "zeros"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]")
_BLANKS = re.compile(r"[^\S\n]{2,}|\t")
_LINE_ENDS = re.compile(r"[^\S\n]*\n\s*")
_SPACE = re.compile(r"\s+")
# Whatever `clean` would change, outer blanks apart; most cells have none of it.
_UNCLEAN = re.compile(
    r"[^\S ]|  |_x000[dD]_|<[bB][rR]|&nbsp;|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]"
)


def written(cell: Any) -> str:
    """A cell as a person would have typed it: a whole float without `.0`, a day without its midnight."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return format(exact(cell), "f")
    return cell if isinstance(cell, str) else str(cell)


def exact(number: float) -> Decimal:
    """A double as the fifteen digits a workbook shows of it, so that 0.1 + 0.2 is 0.3 and the zero below zero is 0.

    >>> exact(0.1 + 0.2), exact(1e6), exact(-0.0)
    (Decimal('0.3'), Decimal('1000000'), Decimal('0'))
    """
    value = Decimal(f"{number + 0.0:.15g}")
    return value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < 10**16 else value


def clean(cell: Any) -> str:
    """The text of a cell without control characters, outer blanks and runs of blanks; line ends stay.

    >>> clean("\\t 深圳市 \\xa0\\xa0 龙岗区\\u200b \\n")
    '深圳市 龙岗区'
    """
    text = cell if isinstance(cell, str) else written(cell)
    if not _UNCLEAN.search(text):
        return text.strip()
    text = _CONTROL.sub("", _BREAKS.sub("\n", text).replace("&nbsp;", " "))
    return _LINE_ENDS.sub("\n", _BLANKS.sub(" ", text.replace("\xa0", " ").replace("\u3000", " "))).strip()


def half(text: str) -> str:
    """The text with compatible forms made one (NFKC): full-width figures, letters and punctuation turn half."""
    return unicodedata.normalize("NFKC", text)


def is_null(text: str, *, of_text: bool, more: Iterable[str] = ()) -> bool:
    """Whether a cleaned cell stands for "nothing"; `of_text` where words are asked for, so that 无 is an answer."""
    folded = _SPACE.sub("", half(text)).casefold()
    return folded in NULLS or (not of_text and folded in NULLS_OF_VALUES) or text in more


def is_lost(text: str) -> bool:
    """Whether a cleaned cell says that the workbook had no value to show.

    >>> is_lost("#REF!"), is_lost("########"), is_lost("#1")
    (True, True, False)
    """
    return text.startswith("#") and _ERROR.fullmatch(half(text).upper()) is not None


def unmarked(text: str) -> str:
    """The text of a cell without what only tells Excel that it is one.

    >>> unmarked("'0530"), unmarked('="0530"'), unmarked("'甲'地块")
    ('0530', '0530', "'甲'地块")
    """
    found = _MARKED.fullmatch(text) if text[:1] in ("'", "‘", "’", "=") else None
    return text if found is None else (found["marked"] or found["formula"] or "").strip()


def plainly(number: Decimal) -> str:
    """A number with no zero too many.

    >>> plainly(Decimal("12.50")), plainly(Decimal("1E+2"))
    ('12.5', '100')
    """
    return f"{number.normalize() + 0:f}"
