"""`openalloc map`: a profile proposed for a file that nobody has described yet."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from cli import output
from schemas.catalog import Catalog

if TYPE_CHECKING:
    from loaders.load import Outcome
    from loaders.mapping.matching import Match, Matched
    from loaders.mapping.proposal import Proposal, Proposer, Ranked
    from loaders.report import Report

# So many records are shown, so many types offered.
_SHOWN, _OFFERED = 3, 3
_READ = (500, 20_000)


def propose(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="没有映射配置的文件。A file without a profile.")],
    type: Annotated[
        str | None,
        typer.Option("--type", help="类型;不给时由标题和内容判断。Type; found from headings and cells when not given."),
    ] = None,
    publisher: Annotated[
        str | None,
        typer.Option(
            "--publisher", metavar="USCC", help="公开主体的统一社会信用代码,写进映射配置。The publisher's credit code, written into the profile.",
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="PROFILE.toml", show_default=False,
            help="写到哪个文件;默认与文件同名,后缀为 .toml。File to write; by default beside FILE, with the suffix .toml.",
        ),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", "-y", help="不询问,照建议写。Ask nothing; write what is proposed."),
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="输出 JSON,供程序读取;不询问。Print JSON for machines; asks nothing.")
    ] = False,
) -> None:  # fmt: skip
    """为没有见过的文件建议映射配置:类型、每一列的去向、把握和理由。Propose a mapping profile for an unknown file."""
    from loaders.load import check
    from loaders.mapping.matching import Matcher
    from loaders.mapping.proposal import Proposer
    from loaders.mapping.trying import tried
    from loaders.mapping.writing import profile_text
    from loaders.profile_file import parse_profile

    catalog = Catalog.load()
    chosen = catalog.type(type).type if type else None
    code = _publisher(publisher)
    path = to or file.with_suffix(".toml")
    asking = not yes and not json and sys.stdin.isatty()
    _require_free(path, file)
    proposer = Proposer(file, Matcher(catalog))
    _require_tables(proposer, file)
    ranked = proposer.ranked()
    proposal = proposer.propose(chosen or _type(ranked, catalog, asking=asking))
    proposal = tried(file, proposal, catalog)
    if asking:
        proposal = _asked(proposal)
    text = profile_text(proposal, catalog, file.stem, code)
    profile = parse_profile(text, path.stem, catalog)
    records: list[Outcome] = []
    report = check(
        file, catalog, profile=profile, first=_READ,
        taken=lambda one: records.append(one) if len(records) < _SHOWN else None,
    )  # fmt: skip
    if json:
        output.print_json(_json(proposal, ranked, report, records, path))
    else:
        _print(proposal, ranked, catalog, report, records)
    if not (yes or json) and not (asking and typer.confirm(f"写入 write {path}?", default=True)):
        _refuse_unasked(asking, path)
        return
    _write(path, text)
    if not json:
        needs = "" if code or profile.publisher else " --publisher USCC"
        output.out.print(
            f"已写入 written: {output.shown(str(path))}\n下一步 next: openalloc check {output.shown(str(file))} "
            f"--profile {output.shown(str(path))}{needs}",
            soft_wrap=True,
        )


def _publisher(said: str | None) -> str | None:
    from loaders.mapping.errors import MappingError
    from schemas.uscc import is_valid, normalize

    if said is None:
        return None
    code = normalize(said)
    if not is_valid(code):
        raise MappingError(
            "M005", f"--publisher {said} 不是统一社会信用代码", f"--publisher {said} is no credit code",
            "核对 18 位代码,最后一位是校验码。", "Check the 18 characters; the last one is a check digit.",
        )  # fmt: skip
    return code


def _require_free(path: Path, file: Path) -> None:
    from loaders.mapping.errors import MappingError

    if path.exists():
        raise MappingError(
            "M004", f"{path} 已经存在,不会覆盖", f"{path} is there already and is not written over",
            "用 -o 写到另一个文件,或者先移走它。", "Name another file with -o, or move this one away.",
        )  # fmt: skip


def _require_tables(proposer: "Proposer", file: Path) -> None:
    from loaders.mapping.errors import MappingError

    if not any(table.rows for table in proposer.specimen.tables):
        raise MappingError(
            "M002", f"{file.name} 里没有找到带标题的表", f"no table with headings was found in {file.name}",
            "表格要有一行标题,下面至少一行数据;没有标题的文件,映射配置要手写 heading_row = 0 和 headings,见 docs/profiles.md。",
            "A table needs a row of headings and a row of data; for a file without headings write heading_row = 0 and headings, see docs/profiles.md.",
        )  # fmt: skip


def _type(ranked: Sequence["Ranked"], catalog: Catalog, *, asking: bool) -> str:
    """The type that is clear, or that somebody at a terminal chooses."""
    from loaders.mapping.errors import MappingError
    from loaders.mapping.proposal import clear

    if clear(ranked):
        return ranked[0].type
    near = ranked[:_OFFERED]
    if asking:
        output.out.print("[bold]像几个类型 near to several types[/]")
        for number, one in enumerate(near, 1):
            output.out.print(f"  {number}  {_called(one, catalog)}")
        answer = _number("哪一个 which (0 都不是 none)", len(near), 1)
        if answer:
            return near[answer - 1].type
        raise typer.Exit(2)
    shown = "、".join(f"{catalog.types[one.type].title} {one.type} {one.share:.0%}" for one in near)
    raise MappingError(
        "M001", f"看不出是哪个类型。最接近的是:{shown}", f"which type it is, is not clear. The nearest are: {shown}",
        "用 --type 指明;openalloc types 列出全部类型。这个文件也可能不属于标准中的任何类型。",
        "Name it with --type; openalloc types lists all. The file may be of no type of the standard.",
    )  # fmt: skip


def _called(one: "Ranked", catalog: Catalog) -> str:
    found = catalog.types[one.type]
    return f"{found.title} {found.title_en} ({one.type}) {one.share:.0%}"


def _asked(proposal: "Proposal") -> "Proposal":
    """The proposal after somebody was asked about the columns that are in doubt."""
    answers: dict[str, Matched] = {}
    tables = []
    for table, matched in proposal.tables:
        kept = []
        for one in matched:
            if one.column.key not in answers:
                answers[one.column.key] = _answered(one)
            kept.append(replace(answers[one.column.key], column=one.column))
        tables.append((table, tuple(kept)))
    return replace(proposal, tables=tuple(tables))


def _answered(one: "Matched") -> "Matched":
    from loaders.mapping.surety import SURE

    offered = [match for match in ((one.best,) if one.best else ()) + one.others if match is not None][:4]
    if (
        not one.column.name
        or not offered
        or (one.best and one.best.score >= SURE)
        or one.column.contents.empty
    ):
        return one
    output.out.print(f"\n[bold]“{output.plain(one.column.name)}”[/] 是什么 what is it?")
    for number, match in enumerate(offered, 1):
        output.out.print(
            f"  {number}  {match.field.title} {match.field.title_en} {match.field.dotted} {match.score:.0%}"
        )
    output.out.print("  0  不用这一列 leave it out")
    answer = _number("", len(offered), 1 if one.best else 0)
    if not answer:
        return replace(one, best=None, reason="询问后不用")
    return replace(one, best=replace(offered[answer - 1], score=1.0, why=("询问",)), reason="")


def _number(question: str, most: int, default: int) -> int:
    """What somebody answers, a number from 0 on; asked again until it is one."""
    while True:
        answer = int(typer.prompt(question, type=int, default=default))
        if 0 <= answer <= most:
            return answer
        output.out.print(f"0–{most}")


def _print(
    proposal: "Proposal",
    ranked: Sequence["Ranked"],
    catalog: Catalog,
    report: "Report",
    records: Sequence["Outcome"],
) -> None:
    found = catalog.types[proposal.type]
    output.out.print(f"[bold]类型 type: {found.title} {found.title_en} ({found.type})[/]")
    others = [one for one in ranked[:_OFFERED] if one.type != proposal.type]
    output.out.print(f"其次 next: {'、'.join(_called(one, catalog) for one in others)}")
    output.print_table(
        ("列 column", "属性 property", "把握 sure", "依据 why", "单位 unit"),
        (_row(one) for one in _columns(proposal)),
    )
    if not proposal.specimen.whole:
        output.out.print("只看了前面的行。Only the first rows were looked at.")
    output.out.print(
        f"\n行 rows {report.rows}: 接收 taken {report.taken}, 拒收 refused {report.refused}, 记录 records {report.records}"
    )
    for group in report.groups[:8]:
        first = group.first
        output.out.print(f"  {first.code} {group.count:,} × {output.plain(first.message)}")
    output.out.print("[bold]前几条会这样存 the first records as they would be stored[/]")
    for one in records:
        output.out.print(
            output.plain(orjson.dumps(one.record, option=orjson.OPT_INDENT_2).decode()), soft_wrap=True
        )


def _columns(proposal: "Proposal") -> "Iterator[tuple[Matched, str]]":
    for one in proposal.columns().values():
        yield one, one.column.name or "(没有标题 no heading)"
    for each in proposal.each:
        for part in each.parts:
            yield part, f"{each.source} → {part.column.name}"


def _row(pair: "tuple[Matched, str]") -> tuple[str, ...]:
    from loaders.mapping.surety import SURE
    from loaders.personal import mask

    one, name = pair
    name = mask(name)[0]
    if one.best is None:
        return name, f"不用 left out: {one.reason}", "", "", ""
    doubt = "" if one.best.score >= SURE else " 核对 look"
    best: Match = one.best
    shown = f"{best.field.title} {best.field.dotted}"
    return name, shown, f"{best.score:.0%}{doubt}", "、".join(best.why), one.column.unit or ""


def _json(
    proposal: "Proposal",
    ranked: Sequence["Ranked"],
    report: "Report",
    records: Sequence["Outcome"],
    path: Path,
) -> Mapping[str, Any]:
    from loaders.personal import mask

    columns = [
        {
            "heading": mask(name)[0], "property": one.best.field.dotted if one.best else None,
            "sure": one.best.score if one.best else None, "why": list(one.best.why) if one.best else [],
            "unit": one.column.unit, "leftOut": None if one.best else one.reason,
        }
        for one, name in _columns(proposal)
    ]  # fmt: skip
    return {
        "type": proposal.type,
        "types": [{"type": one.type, "share": one.share} for one in ranked[:_OFFERED]],
        "profile": str(path), "columns": columns, "wholeFile": proposal.specimen.whole, "rows": report.rows,
        "taken": report.taken, "refused": report.refused, "records": [one.record for one in records],
    }  # fmt: skip


def _refuse_unasked(asking: bool, path: Path) -> None:
    """Nothing is written that nobody has agreed to."""
    from loaders.mapping.errors import MappingError

    if asking:
        output.out.print("没有写入。Nothing was written.")
        return
    raise MappingError(
        "M003", f"没有写入 {path}:这里不能询问", f"{path} was not written: nobody can be asked here",
        "同意上面的建议就加 --yes。", "Add --yes to write what is proposed above.",
    )  # fmt: skip


def _write(path: Path, text: str) -> None:
    from loaders.mapping.errors import MappingError

    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise MappingError(
            "M006", f"不能写入 {path}:{error.strerror}", f"cannot write {path}: {error.strerror}",
            "检查文件夹是否存在、能不能写,或用 -o 指定另一个文件。",
            "Check that the folder is there and can be written, or name another file with -o.",
        ) from error  # fmt: skip
