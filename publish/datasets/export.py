"""What a file is of: which disclosures, laid out how, which table, in which format; and its name.

    everything.csv · land.jsonl · land/grant-result.csv · land/grant-result.parties.csv · land/grant-result.csv.zip

Parts of a dataset are by year of publication and by prefecture. Any other selection has the same files.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from publish.datasets.layout import MAIN, Table, digest, tables
from publish.datasets.statements import Chosen
from publish.selection import PARAMETERS, Selection
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store.editions import EVERYTHING

# What ends an address, the media type; `tables` says whether a file has one table or all of them.
FORMATS: Mapping[str, tuple[str, bool]] = {
    "csv": ("text/csv; header=present; charset=utf-8", False),
    "csv.zip": ("application/zip", True),
    "jsonl": ("application/x-ndjson", True),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True),
    "parquet": ("application/vnd.apache.parquet", False),
    "parquet.zip": ("application/zip", True),
    "sqlite": ("application/vnd.sqlite3", True),
}
GROWING = ("csv", "jsonl")  # are read while they are made
_YEAR = re.compile(r"[12][0-9]{3}")
Choose = Callable[[Selection], Chosen]


class DatasetError(OpenallocError):
    """There is no such dataset, or no such part of it."""


@dataclass(frozen=True)
class Export:
    """One file. `table` is the one that it has, the main one where it has all."""

    name: str
    selection: Selection
    layout: tuple[Table, ...]
    table: Table
    format: str
    chosen: Chosen

    @property
    def media_type(self) -> str:
        """What the file is."""
        return FORMATS[self.format][0]

    @property
    def grows(self) -> bool:
        """Whether it can be read while it is made."""
        return self.format in GROWING

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that are in it."""
        return self.layout if FORMATS[self.format][1] else (self.table,)

    @property
    def file_name(self) -> str:
        """Its name on somebody's disk."""
        table = "" if self.table.name == MAIN else f".{self.table.name}"
        return f"{self.name}{table}.{self.format}"

    def key(self, version: int, site: str) -> str:
        """What names its content: equal keys are equal bytes."""
        return key_of(self.selection, digest(self.layout), self.table.name, self.format, version, site)


def key_of(selection: Selection, layout: str, table: str, format: str, version: int, site: str) -> str:
    """What names the content of a file; `layout` is the digest of its tables."""
    told = (selection.query(), layout, table, format, version, site)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def split(ending: str) -> tuple[str, str]:
    """The table and the format of what stands after an address's first dot: `parties.csv`; raises DatasetError P100."""
    for known in sorted(FORMATS, key=len, reverse=True):
        if ending == known:
            return MAIN, known
        if ending.endswith(f".{known}") and not FORMATS[known][1]:
            return ending.removesuffix(f".{known}"), known
    raise unknown_format(ending)


def unknown_format(ending: str) -> DatasetError:
    """That there is no such format."""
    return DatasetError(
        "P100", f"没有这种格式:{ending[:60]}", f"there is no such format: {ending[:60]}",
        f"可用的格式:{'、'.join(FORMATS)}。", f"The formats are: {', '.join(FORMATS)}.",
    )  # fmt: skip


def dataset(
    path: str, ending: str, parameters: Iterable[tuple[str, str]], catalog: Catalog, choose: Choose
) -> Export:
    """The file of a dataset, `everything`, a domain or a type, whole or a part; raises DatasetError P100 to P104."""
    given = _parts(parameters)
    since, until = _year(given)
    region = _prefecture(given, catalog)
    selection = replace(selection_of(path, catalog), since=since, until=until, region=region)
    words = [path.replace("/", "-"), *(given[name] for name in ("year", "prefecture") if name in given)]
    return export("-".join(words), selection, ending, catalog, choose)


def selected(parameters: Iterable[tuple[str, str]], ending: str, catalog: Catalog, choose: Choose) -> Export:
    """The file of a selection; raises DatasetError P100, P101 and what `Selection.of` raises, also for unknown parameters P104."""
    given = list(parameters)
    check_parameters(given)
    return export("disclosures", Selection.of(given, catalog), ending, catalog, choose)


def check_parameters(given: Iterable[tuple[str, str]]) -> None:
    """Raise DatasetError P104 for a parameter that no selection has: it would be overlooked."""
    for name, _ in given:
        if name not in PARAMETERS and name != "lang":
            raise _unknown(name, sorted(PARAMETERS))


def export(name: str, selection: Selection, ending: str, catalog: Catalog, choose: Choose) -> Export:
    """The file of a selection: with the tables of its type, where it is of one, else with those that all types share."""
    named, format_ = split(ending)
    layout = tables(catalog, catalog.types[selection.types[0]] if len(selection.types) == 1 else None)
    table = next((one for one in layout if one.name == named), None)
    if table is None:
        known = [one.name for one in layout[1:]]
        raise DatasetError(
            "P101", f"没有这张表:{named[:60]}", f"there is no such table: {named[:60]}",
            f"关联表:{'、'.join(known)}。", f"The linked tables are: {', '.join(known)}.",
        )  # fmt: skip
    return Export(name, selection, layout, table, format_, choose(selection))


def _parts(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in parameters:
        if name == "lang" or not value:
            continue
        if name not in ("year", "prefecture") or name in given:
            raise _unknown(name, ["year", "prefecture"])
        given[name] = value
    return given


def selection_of(path: str, catalog: Catalog) -> Selection:
    """The disclosures of a whole dataset; raises DatasetError P102 where there is no such dataset."""
    if path == EVERYTHING:
        return Selection()
    if path in catalog.types:
        return Selection(types=(path,))
    if path in {one.domain for one in catalog.types.values()}:
        return Selection(domains=(path,))
    raise DatasetError(
        "P102", f"没有这个数据集:{path[:60]}", f"there is no such dataset: {path[:60]}",
        f"写 {EVERYTHING}、领域(如 land)或者类型(如 land/grant-result)。",
        f"Write {EVERYTHING}, a domain (land) or a type (land/grant-result).",
    )  # fmt: skip


def _year(given: Mapping[str, str]) -> tuple[date | None, date | None]:
    if "year" not in given:
        return None, None
    if not _YEAR.fullmatch(given["year"]):
        raise _no_part("year", given["year"], "四位数的年份,例如 2024", "a year of four digits, 2024")
    year = int(given["year"])
    return date(year, 1, 1), date(year, 12, 31)


def _prefecture(given: Mapping[str, str], catalog: Catalog) -> str:
    code = given.get("prefecture", "")
    if code and catalog.regions.level(code) != "prefecture":
        raise _no_part(
            "prefecture", code, "州市的六位代码,例如 530100", "the six digits of a prefecture, 530100"
        )
    return code


def _no_part(name: str, value: str, wanted: str, wanted_en: str) -> DatasetError:
    return DatasetError(
        "P103", f"{name} 不能是“{value[:40]}”", f"{name} cannot be {value[:40]!r}",
        f"应是{wanted}。", f"It should be {wanted_en}.",
    )  # fmt: skip


def _unknown(name: str, known: list[str]) -> DatasetError:
    return DatasetError(
        "P104", f"下载地址里没有参数 {name[:40]},或者写了两次", f"a download's address has no parameter {name[:40]}, or has it twice",
        f"可用的参数:{'、'.join(known)}。文件是整个列表,新的在前,不分页也不另排序。",
        f"The parameters are: {', '.join(known)}. A file is the whole list, the newest first: it has no pages and no other order.",
    )  # fmt: skip
