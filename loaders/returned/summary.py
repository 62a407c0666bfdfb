"""What the summary sheet says, as lines of cells: how it stands, what to do, how complete, what was not checked, every cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from formats.extent import column_letters
from loaders.comparison import Comparison
from loaders.earlier import CELLS, GROUPS, SEVERITIES, TITLE, WIDTH
from loaders.groups import Group
from loaders.lacking import together
from loaders.personal import mask
from loaders.report import Report
from loaders.returned.job import Box, Line, Look
from loaders.returned.place import Cell, Where
from loaders.skipping import TITLES
from schemas.catalog import Catalog

# So many cells stand beside what is wrong with them; the list below has all.
_SHOWN: Final = 5
_SEVERITIES_EN: Final = {"error": "must fix", "warning": "can be better", "info": "note"}
_LOOKS: Final[Mapping[str, Look]] = {"error": "error", "warning": "warning", "info": "info"}


@dataclass(frozen=True, slots=True)
class Summary:
    """A report as a sheet. `places` are the cells of the workbook, `copied` says why it is a copy."""

    report: Report
    catalog: Catalog
    when: date
    places: Where
    copied: tuple[str, str] | None = None

    def lines(self) -> list[Line]:
        """All lines, Chinese before English."""
        return [
            *self._head(),
            *self._groups(),
            *self._compared(),
            *self._not_run(),
            *self._complete(),
            *self._cells(),
        ]

    def _head(self) -> Iterator[Line]:
        report, counts = self.report, _counts(self.report)
        yield _wide(
            f"{TITLE} {mask(report.file_name)[0]} · {self.when:%Y-%m-%d} · openalloc check results", "title"
        )
        kinds = sum(1 for group in report.groups if group.first.severity == "error")
        if report.ok:
            better = f"另有 {counts['warning']:,} 处可以更好。" if counts["warning"] else ""
            yield _wide(f"没有必须改正的问题。{better}\nNothing must be fixed.", "good")
        elif not counts["error"]:
            yield _wide(f"{report.refused:,} 行没有通过。\n{report.refused:,} rows did not pass.", "bad")
        else:
            yield _wide(
                f"有 {counts['error']:,} 处必须改正({kinds} 类问题),改好后请再上传核对。\n"
                f"{counts['error']:,} places must be fixed ({kinds} kinds of problem); then upload it again.", "bad",
            )  # fmt: skip
        yield _wide(self._types(), "fact")
        yield _wide(_rows(report), "fact")
        yield _wide(
            "红色的单元格必须改正,黄色的可以更好,怎么改写在批注里;改的时候不用管颜色和批注,再次核对时会自动更新。本表不是数据,上传时不读。\n"
            "Red cells must be fixed, yellow ones can be better; comments say how. Leave colours and comments as they are: they are "
            "renewed with the next check. This sheet is no data.", "fact",
        )  # fmt: skip
        if self.copied:
            yield _wide(f"{self.copied[0]}\n{self.copied[1]}", "fact")
        if report.comparison:
            yield _wide(_since(report.comparison), "fact")
        yield []

    def _types(self) -> str:
        names = dict.fromkeys([*self.report.types, *(line.type for line in self.report.completeness)])
        found = dict.fromkeys(self.catalog.type(name).type for name in names)
        if not found:
            return "类型 type: 没有判断出来 not known"
        titles = (self.catalog.type(name) for name in found)
        return "类型 type: " + "、".join(f"{one.title} {one.title_en} ({one.type})" for one in titles)

    def _groups(self) -> Iterator[Line]:
        groups = self.report.groups
        if not groups:
            return
        yield _section("问题和改法", "What is wrong and what to do")
        *named, last = GROUPS
        yield [
            *(Box(name, "head") for name in named),
            Box(last, "head", span=_SHOWN),
            Box("编号 code", "head"),
        ]
        for group in groups:
            yield self._group(group)
        yield []

    def _group(self, group: Group) -> Line:
        first = group.first
        capped = group.count - len(group.kept)
        message = f"{mask(group.message)[0]}\n{mask(group.message_en)[0]}"
        if capped:
            message += f"\n前 {len(group.kept)} 处已标出,共 {group.count:,} 处。 The first {len(group.kept)} of {group.count:,} are marked."
        policy = "\n".join(f"{item} {self.report.clauses.get(item, '')}".strip() for item in first.clause)
        boxes = [
            _severity(first.severity), Box(group.count, "count"), Box(mask(self.places.sheet(first.sheet))[0]), Box(mask(first.column or "")[0]),
            Box(message), Box(f"{mask(first.hint)[0]}\n{mask(first.hint_en)[0]}"), Box(policy),
        ]  # fmt: skip
        links = dict.fromkeys(cell for one in group.kept if (cell := self.places.of_issue(one)))
        shown = [_link(cell) for cell in list(links)[:_SHOWN]]
        return [*boxes, *shown, *[Box("")] * (_SHOWN - len(shown)), Box(first.code)]

    def _compared(self) -> Iterator[Line]:
        comparison = self.report.comparison
        if not comparison or not comparison.differences:
            return
        yield _section("与上次核对相比", "Compared with the last check")
        yield [
            Box("程度 severity", "head"), Box("编号 code", "head"), Box("工作表 sheet", "head"), Box("列 column", "head"),
            Box("问题 what is wrong", "head"), Box("已改正 fixed", "head"), Box("仍有 still there", "head"),
            Box("新出现 new", "head", span=_SHOWN),
        ]  # fmt: skip
        for one in comparison.differences:
            group = one.group
            new = "、".join(found.cell for found in one.new_places[:_SHOWN] if found.cell)
            fixed = "、".join(found.cell for found in one.fixed_places[:_SHOWN] if found.cell)
            yield [
                _severity(group.severity), Box(group.code), Box(mask(group.sheet)[0]), Box(mask(group.column)[0]),
                Box(f"{mask(group.message)[0]}\n{mask(group.message_en)[0]}"), Box(f"{one.fixed:,} {fixed}".strip()),
                Box(f"{one.still:,}"), Box(f"{one.new:,} {new}".strip(), span=_SHOWN),
            ]  # fmt: skip
        yield []

    def _not_run(self) -> Iterator[Line]:
        if not self.report.not_run:
            return
        yield _section("没有进行的核对", "Checks that could not run")
        yield [
            Box("核对 check", "head", span=4),
            Box("原因 why", "head", span=3),
            Box("记录数 records", "head", span=_SHOWN),
        ]
        for one in together([one.to_json() for one in self.report.not_run]):
            concerned: str | int = "全部 all" if one["records"] is None else one["records"]
            yield [
                Box(f"{one['title']}\n{one['titleEn']}", span=4), Box(f"{one['reason']}\n{one['reasonEn']}", span=3),
                Box(concerned, "count", span=_SHOWN),
            ]  # fmt: skip
        yield []

    def _complete(self) -> Iterator[Line]:
        if not self.report.completeness:
            return
        yield _section("内容齐全程度", "How complete the contents are")
        yield [
            Box("应有内容 asked for", "head", span=4), Box("政策原文 the policy's words", "head", span=3),
            Box("齐全 full", "head"), Box("有 / 记录数 filled / records", "head", span=_SHOWN - 1),
        ]  # fmt: skip
        for line in self.report.completeness:
            first, item = line.wanted.fields[0], line.wanted.item
            said = f"{item} {self.report.clauses.get(item, '')}".strip() if item else "必需 required"
            yield [
                Box(f"{first.title} {first.title_en}", span=4), Box(said, span=3), Box(line.share, "percent"),
                Box(f"{line.filled:,} / {line.records:,}", span=_SHOWN - 1),
            ]  # fmt: skip
        yield []

    def _cells(self) -> Iterator[Line]:
        placed = [one for group in self.report.groups for one in group.kept if self.places.of_issue(one)]
        if not placed:
            return
        yield _section("标出的全部单元格", "All cells that are marked")
        yield [Box(name, "head") for name in CELLS]
        for one in placed:
            cell = self.places.of_issue(one)
            assert cell
            address = f"{column_letters(cell[2])}{cell[1]}"
            yield [
                _severity(one.severity), Box(one.code), Box(mask(cell[0])[0]), Box(mask(one.column or "")[0]),
                Box(mask(one.written or one.value or "")[0]), Box(mask(one.message)[0]),
                Box(address if one.column else f"第{cell[1]}行", "link", (cell[0], address)), Box(str(cell[1])),
            ]  # fmt: skip


def _counts(report: Report) -> dict[str, int]:
    counts = dict.fromkeys(SEVERITIES, 0)
    for group in report.groups:
        counts[group.first.severity] += group.count
    return counts


def _rows(report: Report) -> str:
    skipped = sum(report.skipped.values())
    rules = "、".join(f"{TITLES.get(rule, rule)} {count:,}" for rule, count in report.skipped.items())
    return (
        f"共 {report.rows:,} 行:通过 {report.taken:,},没有通过 {report.refused:,},跳过 {skipped:,}{f'({rules})' if rules else ''}。\n"
        f"{report.rows:,} rows: {report.taken:,} taken, {report.refused:,} refused, {skipped:,} skipped."
    )


def _since(comparison: Comparison) -> str:
    fixed, still, new = comparison.fixed, comparison.still, comparison.new
    return (
        f"与上次核对相比:已改正 {fixed:,} 处,仍有 {still:,} 处,新出现 {new:,} 处。\n"
        f"Since the last check: {fixed:,} fixed, {still:,} still there, {new:,} new."
    )


def _wide(text: str, look: Look) -> Line:
    return [Box(text, look, span=WIDTH)]


def _section(title: str, title_en: str) -> Line:
    return [Box(f"{title} {title_en}", "section", span=WIDTH)]


def _severity(severity: str) -> Box:
    return Box(f"{SEVERITIES[severity]}\n{_SEVERITIES_EN[severity]}", _LOOKS[severity])


def _link(cell: Cell) -> Box:
    name = f"{column_letters(cell[2])}{cell[1]}"
    return Box(name, "link", (cell[0], name))
