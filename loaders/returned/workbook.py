"""The workbook part: which sheets there are, and ours put in front."""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from formats.error import FormatError
from loaders.errors import LoadError
from loaders.returned.ooxml import MAIN, OFFICE, WORKBOOK_TYPE, WORKSHEET_TYPE, Element, parse, serialize
from loaders.returned.package import Content, Package

_NAME_LIMIT: Final = 31


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its name; `kind` is worksheet, chartsheet, …"""

    name: str
    part: str
    kind: str


class Workbook:
    """The sheets of a package, in order."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.part = package.related("", "officeDocument") or ""
        refuse_what_cannot_be_marked(package, self.part)
        self.root = parse(package.read(self.part))
        targets = {one.id: one for one in package.relationships(self.part) if not one.outside}
        self.sheets = []
        for one in self._sheets():
            related = targets.get(one.get(f"{{{OFFICE}}}id", ""))
            if related is not None:
                self.sheets.append(
                    Sheet(one.get("name", ""), related.target, related.kind.rpartition("/")[2])
                )

    def put_in_front(self, name: str, content: Content) -> str:
        """Add a sheet before all others and choose it; gives its name, another where that one is taken."""
        name = self._free(name)
        part = self.package.fresh("xl/worksheets/sheet{}.xml")
        self.package.put(part, content)
        self.package.declare(part, WORKSHEET_TYPE)
        ids = [int(one.get("sheetId", "0")) for one in self._sheets()]
        sheet = etree.Element(f"{{{MAIN}}}sheet", name=name, sheetId=str(max(ids, default=0) + 1))
        sheet.set(f"{{{OFFICE}}}id", self.package.relate(self.part, "worksheet", part))
        self._sheets().insert(0, sheet)
        # What is defined for one sheet names it by its place.
        for defined in self.root.iterfind(f"{{{MAIN}}}definedNames/{{{MAIN}}}definedName"):
            place = defined.get("localSheetId")
            if place is not None:
                defined.set("localSheetId", str(int(place) + 1))
        self._choose(0)
        return name

    def replace(self, name: str, content: Content) -> None:
        """Give a sheet of ours its new content and choose it."""
        place, sheet = next((place, one) for place, one in enumerate(self.sheets) if one.name == name)
        self.package.put(sheet.part, content)
        self._choose(place)

    def _choose(self, place: int) -> None:
        for view in self.root.iterfind(f"{{{MAIN}}}bookViews/{{{MAIN}}}workbookView"):
            view.set("activeTab", str(place))
            view.set("firstSheet", str(place))
        self.package.put(self.part, serialize(self.root))

    def _sheets(self) -> Element:
        found = self.root.find(f"{{{MAIN}}}sheets")
        if found is None:
            raise FormatError("F040", reason="no sheets")
        return found

    def _free(self, name: str) -> str:
        taken = {one.get("name", "").casefold() for one in self._sheets()}
        free, number = name[:_NAME_LIMIT], 2
        while free.casefold() in taken:
            ending = f" ({number})"
            free, number = name[: _NAME_LIMIT - len(ending)] + ending, number + 1
        return free


def can_be_marked(package: Package) -> bool:
    """Whether it is a workbook as we may give it back: no macro in it, and of the form that Excel writes by default.

    One with macros would have our name on a program that nobody here has read.
    """
    main = package.related("", "officeDocument") or ""
    macros = any(
        name.lower().endswith(("vbaproject.bin", ".xlm")) or "/macrosheets/" in name.lower()
        for name in package.names()
    )
    return bool(main) and package.type_of(main) == WORKBOOK_TYPE and not macros


def refuse_what_cannot_be_marked(package: Package, main: str) -> None:
    """Raise for a workbook that is signed: a change would break the signature."""
    if any(name.lower().startswith("_xmlsignatures/") for name in package.names()):
        raise LoadError(
            "L091", "工作簿有数字签名,标注会使签名失效", "The workbook is signed; marking it would break the signature",
            "请在 Excel 中删除数字签名(文件 → 信息 → 签名)后另存,再上传;或者下载报告。",
            "Remove the signature in Excel (File → Info) and save, or take the report instead.",
        )  # fmt: skip
    if not main:
        raise FormatError("F044")
