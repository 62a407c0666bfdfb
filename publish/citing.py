"""What a kept answer or dataset is called and how it is cited: GB/T 7714-2015 for electronic resources, and BibTeX.

Everything comes in Chinese and English. The day of the citation is in it, as the standard wants it, and so are the data
version and the checksum: whoever reads the citation can tell that he has the same bytes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from publish.selection import Selection
from schemas.catalog import Catalog

Text = tuple[str, str]  # Chinese, English
AUTHOR: Text = ("公共资源配置开放数据", "openalloc")
_EVERYTHING: Text = ("公共资源配置公开信息", "Disclosures of public resource allocation")
_QUERY: Text = ("公共资源配置公开信息查询", "Query of disclosures of public resource allocation")
_TEX = re.compile(r"[\\{}$&#%_^~]")
_TEX_WORDS: Mapping[str, str] = {
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cited:
    """What is cited: who answers for it, its name, its data version, when it was kept, its address and checksum.

    `label` is what a program names it by, unlike any other.
    """

    author: Text
    title: Text
    version: int
    kept: date
    accessed: date
    address: str
    sha256: str
    label: str

    def gbt(self) -> Text:
        """The reference by GB/T 7714-2015: `[DS/OL]`, a dataset on line, with the days of its update and of its use.

        >>> one = Cited(("示例", "Example"), ("甲", "A"), 7, date(2026, 1, 2), date(2026, 2, 3), "https://example.org/answers/k", "00", "k")
        >>> one.gbt()[0]
        '示例. 甲:数据版本 7[DS/OL]. (2026-01-02)[2026-02-03]. https://example.org/answers/k.'
        """
        dates = f"[DS/OL]. ({self.kept})[{self.accessed}]. {self.address}."
        return (
            f"{self.author[0]}. {self.title[0]}:数据版本 {self.version}{dates}",
            f"{self.author[1]}. {self.title[1]}: data version {self.version}{dates}",
        )

    def bibtex(self) -> Text:
        """The same as an entry of BibTeX."""
        key = f"openalloc-{self.label}"
        made = []
        for author, title, version in (
            (self.author[0], self.title[0], "数据版本"), (self.author[1], self.title[1], "data version"),
        ):  # fmt: skip
            fields = {
                "author": f"{{{_tex(author)}}}", "title": _tex(title), "year": f"{self.kept:%Y}",
                "url": self.address, "urldate": self.accessed.isoformat(),
                "note": f"{version} {self.version}, SHA-256 {self.sha256}",
            }  # fmt: skip
            lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
            made.append(f"@misc{{{key},\n{lines}}}")
        return made[0], made[1]

    def to_json(self) -> dict[str, str]:
        """All of it as a machine reads it."""
        (gbt, gbt_en), (bibtex, bibtex_en) = self.gbt(), self.bibtex()
        return {"gbt7714": gbt, "gbt7714En": gbt_en, "bibtex": bibtex, "bibtexEn": bibtex_en}


def described(selection: Selection, catalog: Catalog) -> Text:
    """The name of the list that a selection makes: what narrows it, in brackets."""
    parts = list(_parts(selection, catalog))
    if not parts:
        return _EVERYTHING
    chinese, english = ";".join(one for one, _ in parts), "; ".join(one for _, one in parts)
    return f"{_EVERYTHING[0]}({chinese})", f"{_EVERYTHING[1]} ({english})"


def of_query(key: str) -> Text:
    """The name of the answer to a GraphQL operation."""
    return f"{_QUERY[0]} {key[:8]}", f"{_QUERY[1]} {key[:8]}"


def _parts(selection: Selection, catalog: Catalog) -> Any:
    if selection.search:
        yield f"检索“{selection.search}”", f"search “{selection.search}”"
    for title, title_en, name, codes in (
        ("领域", "domain", "domain", selection.domains), ("环节", "stage", "stage", selection.stages),
        ("层级", "level", "level", selection.levels), ("结果", "outcome", "outcome", selection.outcomes),
    ):  # fmt: skip
        if codes:
            known = [catalog.codelists[name].codes[code] for code in codes]
            chinese, english = "、".join(one.title for one in known), ", ".join(one.title_en for one in known)
            yield f"{title}:{chinese}", f"{title_en}: {english}"
    if selection.types:
        of = [catalog.types[one] for one in selection.types]
        yield f"类型:{'、'.join(one.title for one in of)}", f"type: {', '.join(one.title_en for one in of)}"
    if selection.region:
        region = catalog.regions.get(selection.region)
        title = region.title if region else selection.region
        yield f"地区:{title}", f"region: {(region.title_en if region else '') or title}"
    for title, title_en, value in (
        ("公开主体", "publisher", selection.publisher), ("单位", "organization", selection.organization),
    ):  # fmt: skip
        if value:
            own = value.rpartition(":")[2]  # without its kind, which an address may leave out
            yield f"{title}:{own}", f"{title_en}: {own}"
    if selection.role:
        role = catalog.codelists["party-role"].codes[selection.role]
        yield f"角色:{role.title}", f"role: {role.title_en}"
    yield from _between(
        selection.since, selection.until, "发布日期", "published", ("自", "至", ""), ("from", "until")
    )
    yield from _between(
        selection.least, selection.most, "金额", "CNY", ("不少于", "不多于", " 元"), ("at least", "at most")
    )
    if selection.late:
        yield "迟公开", "late"
    if selection.filter_text:
        yield "另有筛选条件", "filtered further"


def _between(
    least: object,
    most: object,
    title: str,
    title_en: str,
    chinese: tuple[str, str, str],
    english: tuple[str, str],
) -> Iterator[Text]:
    """From the least to the most, or what there is of them.

    >>> list(_between(5, None, "金额", "CNY", ("不少于", "不多于", " 元"), ("at least", "at most")))
    [('金额:不少于 5 元', 'CNY: at least 5')]
    """
    unit = chinese[2]
    if least is not None and most is not None:
        yield f"{title}:{least} 至 {most}{unit}", f"{title_en}: {least} to {most}"
    elif least is not None:
        yield f"{title}:{chinese[0]} {least}{unit}", f"{title_en}: {english[0]} {least}"
    elif most is not None:
        yield f"{title}:{chinese[1]} {most}{unit}", f"{title_en}: {english[1]} {most}"


def _tex(text: str) -> str:
    return _TEX.sub(lambda found: _TEX_WORDS.get(found[0], f"\\{found[0]}"), text)
