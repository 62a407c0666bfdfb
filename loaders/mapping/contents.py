"""What the cells of a column say, whatever its heading: shares of dates, sums, codes, places, names."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from loaders.cells import Reader
from loaders.dates import read_date, read_moment, read_period
from loaders.money import read_money
from loaders.quantities import leading_number
from loaders.text import clean, half, is_null
from schemas.uscc import is_valid, normalize

# So many different cells are looked at.
LOOKED = 120
_PACKED = ("|", "；", ";")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_PHONE = re.compile(r"(?:[\d\-()（）、,，;；/ *转]|电话|联系)*\d{3,4}[\d\- *]{4,}.*")
_BODY = re.compile(
    r"(?:公司|局|厅|委员会|委|中心|医院|学校|大学|学院|政府|银行|集团|企业|厂|部|院|所|社|处|办|站|队|会|店|场|馆)(?:[(（].*[)）])?$"
)
_PERSON = re.compile(r"[\u4e00-\u9fff·]{2,4}(?:[、,， ][\u4e00-\u9fff·]{2,4})*(?:先生|女士|老师)?")
_PLACE = re.compile(r"[路街道村镇乡区县市侧东西南北号园组社]")
_NUMBERED = re.compile(r"[\w\-—–〔〕\[\]()（）号第﹝﹞【】/#.,、\s]{1,60}")
_YEAR = re.compile(r"(?:19|20)\d{2}(?:年度?)?(?:\.0)?")
_WORKS = re.compile(r"项目|工程|采购|服务|建设|地块|用地|设备")
_SAYS = re.compile(r"公告|公示|通知|结果|计划|公开|名单|合同|报告")
# Counted things (盒, 支) are what a property may hold.
_MEASURED = frozenset({"CNY", "m2"})
_DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}([\u4e00-\u9fff])(?:\d{1,2}[时点:].*)?$")
_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")


def form(text: str) -> str:
    """The kinds of a text's signs: figures 9, capitals A.

    >>> form("530102B7")
    '999999A9'
    """
    return "".join("9" if sign.isdecimal() else "A" if sign.isupper() else sign for sign in text)


def _sign_for_day(texts: Sequence[str]) -> str | None:
    """The one sign that stands where dates have 日: `2024年3月1土`, as some sites' own fonts have it."""
    found = [_DAY.match(text) for text in texts]
    signs = {one[1] for one in found if one}
    whole = texts and sum(map(bool, found)) * 10 >= len(texts) * 9
    return signs.pop() if whole and len(signs) == 1 and signs != {"日"} else None


class Contents:
    """The different cells of one column, and what share of them reads as what."""

    def __init__(self, cells: Sequence[Any], reader: Reader) -> None:
        self.reader = reader
        texts: Counter[str] = Counter()
        raw: dict[str, Any] = {}
        for cell in cells:
            text = clean(cell) if not isinstance(cell, (list, dict)) else ""
            if not is_null(text, of_text=False):
                texts[text] += 1
                raw.setdefault(text, cell)
        self.rows = len(cells)
        self.filled = sum(texts.values())
        self.different = len(texts)
        self.sometimes_packed = any(_PACKED[0] in text.strip(f"{_PACKED[0]} ") for text in texts)
        self.packed = self._packed([one for one, _ in texts.most_common(LOOKED)])
        if self.packed:
            parts = [part.strip() for text in texts for part in text.split(self.packed)]
            found = dict.fromkeys(part for part in parts if not is_null(part, of_text=False))
            self.texts, self._raw = tuple(found)[:LOOKED], {}
        else:
            self.texts = tuple(one for one, _ in texts.most_common(LOOKED))
            self._raw = raw
        self._shares: dict[str, float] = {}
        self.day = _sign_for_day(self.texts)

    @property
    def empty(self) -> bool:
        """Whether no cell says anything."""
        return not self.texts

    def share(self, kind: str) -> float:
        """The part of the different cells that are of a kind: a key of `_KINDS`, or a codelist's name with `code:`."""
        if kind not in self._shares:
            test = self._of_codelist(kind.removeprefix("code:")) if kind.startswith("code:") else _KINDS[kind]
            found = sum(bool(test(text, self)) for text in self.texts)
            self._shares[kind] = found / len(self.texts) if self.texts else 0.0
        return self._shares[kind]

    @cached_property
    def usual_unit(self) -> str | None:
        """The unit that most numbers state, where others state none."""
        found: Counter[str] = Counter()
        for text in self.texts:
            number = leading_number(half(text))
            if number is not None and (not number[1] or self.reader.units.base(number[1])):
                found[number[1]] += 1
        bare = found.pop("", 0)
        if not bare or not found:
            return None
        wording, count = found.most_common(1)[0]
        return wording if count >= bare and len(found) == 1 else None

    @cached_property
    def says_units(self) -> bool:
        """Whether the cells are units of money or area and nothing else."""
        return bool(self.texts) and all(
            len(text) > 1 and self.reader.units.base(text) in _MEASURED for text in self.texts
        )

    def of_form(self, wanted: str) -> float:
        """The part of the different cells that have the form of a number."""
        return sum(form(text) == wanted for text in self.texts) / len(self.texts) if self.texts else 0.0

    @cached_property
    def length(self) -> float:
        """How long the cells are on average."""
        return sum(map(len, self.texts)) / len(self.texts) if self.texts else 0.0

    @cached_property
    def longest(self) -> int:
        """The length of the longest."""
        return max(map(len, self.texts), default=0)

    @cached_property
    def variety(self) -> float:
        """The part of the filled cells that are different from those before."""
        return self.different / self.filled if self.filled else 0.0

    @cached_property
    def units(self) -> frozenset[str]:
        """What the units measure that more than a fifth of the cells state behind a number."""
        found: Counter[str] = Counter()
        for text in self.texts:
            number = leading_number(half(text))
            measured = self.reader.units.base(number[1].rstrip("。;")) if number and number[1] else None
            if measured:
                found[measured] += 1
        return frozenset(one for one, count in found.items() if count * 5 > len(self.texts))

    def cell(self, text: str) -> Any:
        """The cell as the file has it, 日 where another sign stands for it."""
        return text.replace(self.day, "日") if self.day else self._raw.get(text, text)

    def money(self, text: str) -> bool:
        """Whether a cell says a sum."""
        currencies = self.reader.catalog.codelists["currency"]
        return read_money(self.cell(text), None, 4, True, self.reader.units, currencies).amount is not None

    def place(self, text: str) -> bool:
        """Whether a cell names a division and nothing else."""
        return (
            len(text) <= 30 and not _BODY.search(text) and self.reader.catalog.regions.find(text) is not None
        )

    def _of_codelist(self, name: str) -> Callable[[str, "Contents"], bool]:
        codelist = self.reader.catalog.codelists[name]
        return lambda text, _: codelist.find(text) is not None

    def _packed(self, texts: Sequence[str]) -> str | None:
        """The sign that parts several values in most cells."""
        for sign in _PACKED[:1]:
            several = sum(sign in text.strip(sign + " ") or text.endswith(sign) for text in texts)
            if texts and several * 2 > len(texts):
                return sign
        return None


_DIGEST = re.compile(r"[0-9a-fA-F]{24,64}|[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_KINDS: dict[str, Callable[[str, Contents], Any]] = {
    "date": lambda text, of: read_date(of.cell(text)),
    "moment": lambda text, of: read_moment(of.cell(text)),
    "timed": lambda text, of: "T" in (read_moment(of.cell(text)) or ""),
    "period": lambda text, of: read_period(text),
    "number": lambda text, of: _is_number(text),
    "figures": lambda text, of: (found := leading_number(half(text))) is not None and not found[1],
    "money": lambda text, of: of.money(text),
    "url": lambda text, of: _URL.fullmatch(text),
    "uscc": lambda text, of: len(text) < 30 and is_valid(normalize(text)),
    "phone": lambda text, of: len(text) < 80 and _PHONE.fullmatch(text) and not read_date(text),
    "body": lambda text, of: len(text) <= 60 and _BODY.search(text),
    "person": lambda text, of: _PERSON.fullmatch(text),
    "place": lambda text, of: of.place(text),
    "located": lambda text, of: _PLACE.search(text),
    "numbered": lambda text, of: _NUMBERED.fullmatch(text) and any(c.isdigit() for c in text),
    "year": lambda text, of: _YEAR.fullmatch(text),
    "project": lambda text, of: _WORKS.search(text),
    "notice": lambda text, of: len(text) > 6 and _SAYS.search(text),
    "digest": lambda text, of: _DIGEST.fullmatch(text) and not text.isdecimal(),
    "chinese": lambda text, of: _IDEOGRAPH.search(text),
}


def _is_number(text: str) -> bool:
    """Whether a cell is a number, a short unit behind it or not."""
    found = leading_number(half(text).rstrip("%"))
    return found is not None and len(found[1]) <= 6 and not re.search(r"\d", found[1])
