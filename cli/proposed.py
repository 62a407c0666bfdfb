"""A proposed profile as somebody at a terminal sees it and is asked about it, and as a program reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli import output
from schemas.catalog import Catalog
from schemas.path import crossed, leaves

if TYPE_CHECKING:
    from loaders.mapping.match import Column, Match, Matched
    from loaders.mapping.proposal import Proposal, Ranked
    from loaders.outcome import Outcome
    from loaders.report import Report

# So many records are shown, so many types and properties offered, so many cells shown of a column, and of each so much.
SHOWN, OFFERED = 3, 3
_EXAMPLES, _LONGEST, _LINES = 3, 24, 40


@dataclass(frozen=True, slots=True)
class Made:
    """A proposal, the profile's text and where it is to go, and what came of trying it."""

    proposal: "Proposal"
    ranked: "Sequence[Ranked]"
    catalog: Catalog
    report: "Report"
    records: "Sequence[Outcome]"
    path: Path
    text: str


def called(one: "Ranked", catalog: Catalog) -> str:
    """A type as people call it, and its part of what speaks for the nearest."""
    found = catalog.types[one.type]
    return f"{found.title} {found.title_en} ({one.type}) {one.share:.0%}"


def number(question: str, most: int, default: int) -> int:
    """What somebody answers, a number from 0 on; asked again until it is one."""
    while True:
        answer = int(typer.prompt(question, type=int, default=default))
        if 0 <= answer <= most:
            return answer
        output.out.print(f"请输入 0 到 {most} please enter 0 to {most}")


def answered(proposal: "Proposal", catalog: Catalog) -> "Proposal":
    """The proposal after somebody was asked about the columns that are in doubt; an answer is for every type."""
    tables, answers = [], {}
    open_ = [key for key, one in proposal.columns().items() if _in_doubt(one)]
    if open_:
        output.out.print(
            f"\n有 {len(open_)} 列没有把握,请逐列选择(直接回车 = 方括号里的数)。 {len(open_)} columns are in doubt; "
            "choose for each (Enter takes the number in brackets)."
        )
    for table, matched in proposal.tables:
        kept = []
        for one in matched:
            key = one.column.key
            if key not in answers:
                answers[key] = _answer(one, open_.index(key) + 1, len(open_)) if key in open_ else one
            kept.append(replace(answers[key], column=one.column))
        tables.append((table, tuple(kept)))
    rules = tuple(
        replace(rule, proposal=_with_answers(rule.proposal, {key: answers[key] for key in open_}, catalog))
        for rule in proposal.rules
    )
    return replace(proposal, tables=tuple(tables), rules=rules)


def _with_answers(proposal: "Proposal", answers: "Mapping[str, Matched]", catalog: Catalog) -> "Proposal":
    """The proposal with what was answered for another type, where this one has the property too."""
    known = catalog.types[proposal.type].by_path

    def changed(one: "Matched") -> "Matched":
        said = answers.get(one.column.key)
        if said is None or (said.best is not None and said.best.field.dotted not in known):
            return one
        best = replace(said.best, field=known[said.best.field.dotted]) if said.best is not None else None
        return replace(one, best=best, reason=said.reason)

    tables = tuple((table, tuple(map(changed, matched))) for table, matched in proposal.tables)
    return replace(proposal, tables=tables)


def _in_doubt(one: "Matched") -> bool:
    from loaders.mapping.surety import SURE

    return bool(
        one.column.name
        and not one.parts
        and _offered(one)
        and not (one.best and one.best.score >= SURE)
        and not one.column.contents.empty
    )


def _offered(one: "Matched") -> "tuple[Match, ...]":
    first = (one.best,) if one.best is not None else ()
    return (*first, *(match for match in one.others if match.field is not (one.best and one.best.field)))[
        :OFFERED
    ]


def _answer(one: "Matched", place: int, of: int) -> "Matched":
    offered = _offered(one)
    output.out.print(f"\n{place}/{of} [bold]“{_masked(one.column.name)}”[/] 是什么 what is it?")
    output.out.print(f"     例如 such as: {'、'.join(_examples(one.column, _EXAMPLES))}")
    for at, match in enumerate(offered, 1):
        output.out.print(
            f"  {at}  {match.field.title} {match.field.title_en} ({match.path}) {_sure(match.score)}"
        )
    output.out.print("  0  不用这一列 leave it out")
    answer = number("选择 choose", len(offered), 1 if one.best else 0)
    if not answer:
        return replace(one, best=None, reason="询问后不用")
    return replace(one, best=replace(offered[answer - 1], score=1.0, why=("询问",)), reason="")


def show(made: Made, *, several: bool) -> None:
    """The proposal as a clerk reads it: the type, every column, what came of the first rows."""
    proposal, catalog = made.proposal, made.catalog
    if several:
        sheets = "、".join(_masked(table.sheet) for table, _ in proposal.tables)
        output.out.print(f"\n[bold]工作表 sheet: {sheets}[/]")
    if proposal.rules:
        output.out.print("[bold]一个文件有几种类型 rows are of several types:[/]")
        for rule in proposal.rules:
            when = ",".join(f"{name} = {'/'.join(said)}" for name, said in rule.when.items())
            found = catalog.types[rule.proposal.type]
            output.out.print(f"  {_masked(when)} → {found.title} {found.title_en} ({found.type})")
        output.out.print("  其余的行不装入 all other rows are refused")
    else:
        found = catalog.types[proposal.type]
        output.out.print(f"[bold]类型 type: {found.title} {found.title_en} ({found.type})[/]")
        others = [one for one in made.ranked[:OFFERED] if one.type != proposal.type]
        output.out.print(
            f"不对的话用 --type 改 if that is wrong, use --type: {'、'.join(called(one, catalog) for one in others)}"
        )
    output.print_table(
        ("列 column", "例 example", "填入 fills", "把握和依据 how sure, why"),
        (_row(one, name) for one, name in _columns(proposal)),
    )
    _show_counts(proposal)
    if not proposal.specimen.whole:
        output.out.print("只看了前面的行。Only the first rows were looked at.")
    _show_report(made)


def _show_counts(proposal: "Proposal") -> None:
    from loaders.mapping.surety import SURE

    columns = [one for one, _ in _columns(proposal)]
    used = [one for one in columns if one.best or one.parts]
    doubtful = sum(1 for one in used if one.parts or (one.best and one.best.score < SURE))
    output.out.print(
        f"\n{len(columns)} 列 columns: {len(used)} 列有去向 are used,其中 {doubtful} 列请核对 of them to be looked at; "
        f"{len(columns) - len(used)} 列不用 are left out"
    )


def _show_report(made: Made) -> None:
    report = made.report
    output.out.print(
        f"试读 tried on {report.rows:,} 行 rows: 能接收 can be taken {report.taken:,}, "
        f"不能 cannot {report.refused:,}; 合成 make {report.records:,} 条记录 records"
    )
    for group in report.groups[:8]:
        first = group.first
        output.out.print(f"  {first.code} {group.count:,} × {output.shown(first.message)}")
    for place, one in enumerate(made.records, 1):
        rows = "、".join(str(fragment.place.row) for fragment in one.fragments[:5])
        more = " …" if len(one.fragments) > 5 else ""
        output.out.print(
            f"\n[bold]第 {place} 条会这样存 record {place} as it would be stored[/](第 {rows}{more} 行 row)"
        )
        lines = list(_lines(one, made.catalog))
        for line in lines[:_LINES]:
            output.out.print(f"  {line}", soft_wrap=True)
        if len(lines) > _LINES:
            output.out.print(f"  … 还有 {len(lines) - _LINES} 项 more")


def _lines(one: "Outcome", catalog: Catalog) -> Iterator[str]:
    """The values of a record, each with its title, its place and what stood in the cell if that was changed."""
    for path, value in leaves(one.record):
        plain = crossed(path)
        field = one.disclosure.by_path.get(plain)
        stands_in = path.startswith("publisher.") and path not in one.sources
        if field is None or plain in ("schema", "id") or stands_in:
            continue
        unit = f" {field.unit}" if field.unit and field.unit != "1" else ""
        above = one.disclosure.by_path.get(plain.rpartition(".")[0])
        title = f"{above.title}·{field.title}" if above is not None else field.title
        said = ""
        source: Sequence[Any] = one.sources.get(path) or []
        if len(source) > 4 and source[4] is not None and str(source[4]) != str(value):
            said = f"  ← {_short(str(source[4]))}"
        yield f"{title} {output.plain(path)}: {output.plain(_short(str(value), 60))}{unit}{said}"


def show_next(made: Made, file: Path, *, named: bool) -> None:
    """What was written, and the commands that come next."""
    needs = "" if named else " --publisher 统一社会信用代码"
    path, called_ = output.shown(str(made.path)), output.shown(str(file))
    output.out.print(
        f"\n已写入 written: {path}\n请打开它,看一看标有“核对”的行。Open it and look at the lines marked 核对.\n"
        f"下一步 next: openalloc check {called_} --profile {path}{needs}\n"
        f"没有问题后 and when all is well: openalloc load {called_} --profile {path}{needs}",
        soft_wrap=True,
    )


def _columns(proposal: "Proposal") -> "Iterator[tuple[Matched, str]]":
    shown = set()
    for one in proposal.columns().values():
        if not one.column.name and one.column.contents.empty:
            continue
        shown.add((one.column.key, one.best.path if one.best else None))
        yield one, one.column.name or "(没有标题 no heading)"
    for each in proposal.each:
        for part in each.parts:
            yield part, f"{each.source} → {part.column.name}"
    for rule in proposal.rules:
        for key, one in rule.proposal.columns().items():
            if one.best is not None and (key, one.best.path) not in shown:
                shown.add((key, one.best.path))
                yield one, f"{one.column.name}〔{rule.proposal.type}〕"


def _row(one: "Matched", name: str) -> tuple[str, ...]:
    from loaders.mapping.surety import SURE

    example = "".join(_examples(one.column, 1))
    if one.parts:
        paths = "、".join(f"{part.best.field.title} {part.best.path}" for part in one.parts if part.best)
        return _masked(name), example, paths, "核对 look 单元格里有几个值 several values in a cell"
    if one.best is None:
        return _masked(name), example, f"不用 left out: {one.reason}", ""
    doubt = "" if one.best.score >= SURE else " 核对 look"
    unit = f" ({one.column.unit})" if one.column.unit else ""
    shown = f"{one.best.field.title} {one.best.path}{unit}"
    return _masked(name), example, shown, f"{_sure(one.best.score)}{doubt} {'、'.join(one.best.why)}"


def _examples(column: "Column", count: int) -> list[str]:
    """Cells of a column as they may be shown: numbers of persons masked, and what may be somebody's home."""
    from loaders.screen import masked_example

    return [_short(masked_example(text, column.name)) for text in column.contents.texts[:count]]


def _short(text: str, longest: int = _LONGEST) -> str:
    text = _masked(" ".join(text.split()))
    return text if len(text) <= longest else f"{text[:longest]}…"


def _masked(text: str) -> str:
    from loaders.personal import mask

    return mask(text)[0]


def _sure(score: float) -> str:
    return f"{min(score, 1.0):.0%}"


def as_json(made: Made) -> Mapping[str, Any]:
    """The proposal for programs."""
    proposal, report = made.proposal, made.report
    columns = [
        {
            "heading": _masked(name), "property": one.best.path if one.best else None,
            "sure": one.best.score if one.best else None, "why": list(one.best.why) if one.best else [],
            "unit": one.column.unit, "leftOut": None if one.best or one.parts else one.reason,
            "others": [{"property": other.path, "sure": other.score} for other in one.others[:OFFERED]],
            "parts": [
                {"property": part.best.path, "pattern": part.column.pattern} for part in one.parts if part.best
            ],
        }
        for one, name in _columns(proposal)
    ]  # fmt: skip
    return {
        "type": proposal.type,
        "types": [{"type": one.type, "share": one.share} for one in made.ranked[:OFFERED]],
        "rules": [
            {"type": rule.proposal.type, "when": {name: list(said) for name, said in rule.when.items()}}
            for rule in proposal.rules
        ],
        "sheets": [_masked(table.sheet) for table, _ in proposal.tables],
        "profile": str(made.path), "columns": columns, "wholeFile": proposal.specimen.whole, "rows": report.rows,
        "taken": report.taken, "refused": report.refused, "records": [one.record for one in made.records],
    }  # fmt: skip
