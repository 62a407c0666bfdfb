"""`openalloc schemas`: versions of the standard. Release them, compare two, try one on what is stored."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database
from publish.standard import write_zip
from schemas.calendar import BEIJING
from schemas.candidate import open_version
from schemas.catalog import FOLDER, Catalog
from schemas.compatibility import compare, faults
from schemas.errors import OpenallocError
from schemas.issue import Issue
from schemas.release import FILE

app = typer.Typer(
    help="标准的版本:发布、比较、试算影响。Versions of the standard: release, compare, try the impact.",
    no_args_is_help=True,
)
STATUS = {
    "draft": "草案 draft", "current": "现行 current", "deprecated": "弃用 deprecated", "retired": "停用 retired",
}  # fmt: skip
_LEVELS = {
    "none": "不变 none", "minor": "次版本 minor", "major": "[yellow]主版本 major[/]", "never": "[red]不允许 never[/]",
}  # fmt: skip

Schemas = Annotated[
    Path, typer.Option("--schemas", help="模式的文件夹。The folder of schemas.", show_default=False)
]


@app.command()
def release(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME…]",
            help="要发布的版本,可用 * ,例如 '*/1.0';不给时为全部未发布的。Versions to release, * allowed; all that are not when none is given.",
            show_default=False,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="发布日期,默认今天。Day of the release; today by default."),
    ] = None,
    schemas: Schemas = FOLDER,
) -> None:
    """把尚未发布的版本列入 released.csv,此后不得修改。List versions in released.csv; from then on they are frozen."""
    day = _day(on)
    catalog = Catalog.load(schemas)
    wrong = [one for one in _faults(catalog) if one.code != "S132"]
    if wrong:
        _print_issues(wrong)
        raise typer.Exit(1)
    rows = catalog.lock.additions(catalog.folder, catalog.files, catalog.codelists, day, names or ())
    try:
        catalog.lock.append(catalog.folder / FILE, rows)
    except OSError as error:
        raise OpenallocError(
            "C020", f"写不了 {catalog.folder / FILE}:{error.strerror}", f"cannot write {catalog.folder / FILE}: {error.strerror}",
            "在源代码的文件夹里运行,或者用 --schemas 指明可写的文件夹。",
            "Run it in a working copy, or name a folder that can be written with --schemas.",
        ) from error  # fmt: skip
    for row in rows:
        output.out.print(f"{row.name}  {row.sha256}", soft_wrap=True)
    output.out.print(f"发布 {len(rows)} 项,日期 {day} / {len(rows)} released on {day}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="写到哪个文件。Where to write it.")],
    schemas: Schemas = FOLDER,
) -> None:
    """把整套标准(模式、样例、代码表、政策条目、目录)写成一个 zip。Write the whole standard as one zip with an index."""
    catalog = Catalog.load(schemas)
    try:
        with file.open("wb") as stream:
            write_zip(catalog, stream, datetime.now(BEIJING).date())
    except OSError as error:
        raise OpenallocError(
            "C021", f"写不了 {file}:{error.strerror}", f"cannot write {file}: {error.strerror}",
            "检查文件夹是否存在、是否可写。", "Check that the folder is there and can be written.",
        ) from error  # fmt: skip
    output.out.print(f"{file}  {len(catalog.versions)} 个版本 versions", soft_wrap=True)


@app.command()
def diff(
    old: Annotated[
        str,
        typer.Argument(help="旧版本:land/grant-notice/1.0,或者文件。The older version: a name or a file."),
    ],
    new: Annotated[str, typer.Argument(help="新版本,或者文件。The newer version: a name or a file.")],
    json: AsJson = False,
    schemas: Schemas = FOLDER,
) -> None:
    """比较两个版本:改了什么,版本号对不对。Compare two versions: what changed, and whether the number says so."""
    catalog = Catalog.load(schemas)
    (before, _), (after, _) = open_version(old, catalog), open_version(new, catalog)
    found = compare(before, after, catalog.codelists)
    if json:
        output.print_json(found.to_json())
    else:
        for one in sorted(found.changes, key=lambda one: (-_rank(one.level), one.path)):
            where = f"[bold]{one.path}[/] " if one.path else ""
            output.out.print(f"{_LEVELS[one.level]}  {where}{output.plain(one.message)}", soft_wrap=True)
            output.out.print(f"     {output.plain(one.message_en)}", soft_wrap=True)
        verdict, verdict_en = found.verdict()
        output.out.print(f"[bold]{found.old} → {found.new}: {verdict} / {verdict_en}[/]", soft_wrap=True)
    if not found.ok:
        raise typer.Exit(1)


@app.command()
def impact(
    new: Annotated[
        str,
        typer.Argument(
            help="要试算的版本:land/grant-notice/1.1,或者文件。The version to try: a name or a file."
        ),
    ],
    database: Database = None,
    json: AsJson = False,
    schemas: Schemas = FOLDER,
) -> None:
    """按一个版本核对库中该类型的全部记录:有多少会不合格,是谁的。Check all stored records of the type by a version: how many become invalid, and whose they are."""
    from store.impact import impact as try_on

    catalog = Catalog.load(schemas)
    candidate, proposed = open_version(new, catalog)
    engine = opened(database)
    hidden = json or not output.err.is_terminal
    with Progress(console=output.err, disable=hidden, transient=True) as bar:
        task = bar.add_task(f"核对 checking {candidate.name}", total=None)
        found = try_on(
            engine, candidate, proposed, catalog,
            lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    engine.dispose()
    if json:
        output.print_json(found.to_json())
    else:
        _print_impact(found.to_json())
    if found.becomes_invalid:
        raise typer.Exit(1)


def _print_impact(found: Mapping[str, Any]) -> None:
    versions = "、".join(f"{version} 版 {count}" for version, count in sorted(found["versions"].items()))
    output.out.print(
        f"[bold]{found['candidate']}[/]: {found['records']} 条记录 records{f' ({versions})' if versions else ''}"
    )
    output.out.print(
        f"由合格变为不合格 become invalid: {found['becomesInvalid']}\n"
        f"仍然合格 still valid: {found['stillValid']}, 由不合格变为合格 become valid: {found['becomesValid']}, "
        f"仍然不合格 still invalid: {found['stillInvalid']}"
    )
    if found["unknownVersion"]:
        output.out.print(
            f"其中 {found['unknownVersion']} 条的版本不在目录中,只按新版本计 / "
            f"{found['unknownVersion']} of a version that is not in the catalog, counted by the new one alone"
        )
    if found["rules"]:
        output.out.print("\n[bold]按规则 by rule[/]")
    for one in found["rules"]:
        output.out.print(
            f"{one['records']:>8}  {one['code']} {one['path']}  {output.plain(one['message'])}",
            soft_wrap=True,
        )
        output.out.print(f"          {output.plain(one['messageEn'])}\n          {_ids(one)}", soft_wrap=True)
    if found["publishers"]:
        output.out.print("\n[bold]按公开主体 by publisher[/]")
    for one in found["publishers"]:
        output.out.print(
            f"{one['records']:>8}  {output.plain(one['name'])} {one['uscc'] or ''}  {_ids(one)}",
            soft_wrap=True,
        )


def _ids(one: Mapping[str, Any]) -> str:
    more = " …" if one["records"] > len(one["ids"]) else ""
    return f"[dim]{' '.join(one['ids'])}{more}[/]"


def _faults(catalog: Catalog) -> list[Issue]:
    """What is wrong with the released files and with the numbers of the versions."""
    found = list(catalog.lock.faults(catalog.folder, catalog.files, catalog.codelists))
    for type_path in catalog.types:
        found += faults(catalog.history(type_path), catalog.codelists)
    return found


def _print_issues(issues: Iterable[Issue]) -> None:
    for one in issues:
        output.err.print(
            f"[bold red]{one.code}[/] {output.plain(one.message)}\n     {output.plain(one.message_en)}"
        )
        output.err.print(f"     → {output.plain(one.hint)}\n     → {output.plain(one.hint_en)}")


def _rank(level: str) -> int:
    return list(_LEVELS).index(level)


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(BEIJING).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("--on 写作 2026-12-01 / is written 2026-12-01") from None
