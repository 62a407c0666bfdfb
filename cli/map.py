"""`openalloc map`: a profile proposed for a file that nobody has described yet."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import output
from cli.proposed import OFFERED, SHOWN, Made, answered, as_json, called, number, show, show_next
from schemas.catalog import Catalog

if TYPE_CHECKING:
    from loaders.mapping.proposal import Proposer, Ranked
    from loaders.outcome import Outcome

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
    from loaders.mapping.matching import Matcher
    from loaders.mapping.proposal import Proposer

    catalog = Catalog.load()
    chosen = catalog.type(type).type if type else None
    asked = _Asked(file, _publisher(publisher), asking=not yes and not json and sys.stdin.isatty())
    path = to or file.with_suffix(".toml")
    _require_free(path, file)
    proposer = Proposer(file, Matcher(catalog))
    _require_tables(proposer, file)
    parts = [proposer] if chosen else proposer.by_sheet()
    sheets = [table.sheet for table in proposer.specimen.tables]
    made = []
    for part in parts:
        own = {table.sheet for table in part.specimen.tables}
        others = tuple(sheet for sheet in sheets if sheet not in own) if len(parts) > 1 else ()
        beside = path if len(parts) == 1 else _beside(path, min(own, key=sheets.index))
        _require_free(beside, file)
        made.append(_made(part, chosen, catalog, asked, beside, others))
    if json:
        shown = [as_json(one) for one in made]
        output.print_json(shown[0] if len(shown) == 1 else {"profiles": shown})
    for one in made:
        if not json:
            show(one, several=len(made) > 1)
        if not (yes or json) and not (
            asked.asking and typer.confirm(f"写入 write {one.path}?", default=True)
        ):
            _refuse_unasked(asked.asking, one.path)
            continue
        _write(one.path, one.text)
        if not json:
            show_next(one, file, named=bool(asked.publisher))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of every part of a file."""

    file: Path
    publisher: str | None
    asking: bool


def _made(
    proposer: "Proposer", chosen: str | None, catalog: Catalog, asked: _Asked, path: Path,
    skipped: tuple[str, ...],
) -> "Made":  # fmt: skip
    """The profile for the sheets of one type, tried on the file's first rows."""
    from loaders.load import check
    from loaders.mapping.trying import tried
    from loaders.mapping.writing import profile_text
    from loaders.profile_file import parse_profile

    ranked = proposer.ranked()
    proposal = None if chosen else proposer.several(ranked)
    if proposal is None:
        proposal = proposer.propose(chosen or _type(ranked, catalog, asking=asked.asking))
    proposal = tried(asked.file, replace(proposal, skipped=skipped), catalog)
    if asked.asking:
        proposal = answered(proposal, catalog)
    text = profile_text(proposal, catalog, asked.file.stem, asked.publisher)
    profile = parse_profile(text, path.stem, catalog)
    records: list[Outcome] = []
    report = check(
        asked.file, catalog, profile=profile, first=_READ,
        taken=lambda one: records.append(one) if len(records) < SHOWN else None,
    )  # fmt: skip
    return Made(proposal, ranked, catalog, report, records, path, text)


def _beside(path: Path, sheet: str) -> Path:
    """The profile of one sheet beside that of the file."""
    name = "".join(sign for sign in sheet if sign.isalnum() or sign in "-_") or "sheet"
    return path.with_stem(f"{path.stem}-{name}")


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
            "M002", f"{file.name} 里没有找到表格", f"no table was found in {file.name}",
            "表格要有一行标题,下面至少一行数据;没有标题的,至少三行、其中两列是数字或日期。",
            "A table needs a row of headings and a row of data; without headings it needs three rows, two columns of numbers or dates.",
        )  # fmt: skip


def _type(ranked: Sequence["Ranked"], catalog: Catalog, *, asking: bool) -> str:
    """The type that is clear, or that somebody at a terminal chooses."""
    from loaders.mapping.errors import MappingError
    from loaders.mapping.proposal import clear

    if clear(ranked):
        return ranked[0].type
    near = ranked[:OFFERED]
    if asking:
        output.out.print("[bold]像几个类型 near to several types[/]")
        for at, one in enumerate(near, 1):
            output.out.print(f"  {at}  {called(one, catalog)}")
        answer = number("哪一个 which (0 都不是 none)", len(near), 1)
        if answer:
            return near[answer - 1].type
        raise typer.Exit(2)
    shown = "、".join(f"{catalog.types[one.type].title} {one.type} {one.share:.0%}" for one in near)
    raise MappingError(
        "M001", f"看不出是哪个类型。最接近的是:{shown}", f"which type it is, is not clear. The nearest are: {shown}",
        f"用 --type 指明,例如 --type {near[0].type};openalloc types 列出全部类型。这个文件也可能不属于标准中的任何类型。",
        f"Name it with --type, such as --type {near[0].type}; openalloc types lists all. The file may be of no type of the standard.",
    )  # fmt: skip


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
