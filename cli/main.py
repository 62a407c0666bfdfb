"""The `openalloc` command. Exit codes: 0 done, 1 the data has errors, 2 it could not be done."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli import output
from cli.answers import answers
from cli.editions import app as editions
from cli.export import export
from cli.graphql import app as graphql
from cli.history import history
from cli.keys import app as keys
from cli.map import propose
from cli.opening import opened
from cli.options import AsJson, Database
from cli.organizations import app as organizations
from cli.problems import app as reported
from cli.refused import refused
from cli.reindex import reindex
from cli.schemas import STATUS
from cli.schemas import app as versions
from cli.settings import PROBLEMS, READ, SUBMISSIONS, WEBHOOKS, Settings
from cli.source import source
from cli.template import template
from cli.webhooks import app as endpoints
from cli.withdraw import withdraw
from formats.error import FormatError
from schemas.calendar import BEIJING, utc_now
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

app = typer.Typer(
    help="公共资源配置开放数据:核对、装入、查询、发布。Open data on public resource allocation: check, load, query, serve.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(versions, name="schemas")
app.add_typer(graphql, name="graphql")
app.add_typer(keys, name="keys")
app.add_typer(organizations, name="organizations")
app.add_typer(endpoints, name="webhooks")
app.add_typer(reported, name="problems")
app.add_typer(editions, name="editions")

_TURN = 600.0  # seconds that a load waits for others to write: of twenty at once it may be the last, again and again

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="要读的文件。Files to read.", show_default=False)
]
Type = Annotated[
    str | None,
    typer.Option(
        "--type",
        help="类型,例如 land/grant-result;不给时按表头判断。Type; found from the headings when not given.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="映射配置的名称或 TOML 文件,见 openalloc profiles。Mapping profile: a name or a TOML file.",
    ),
]
FilesPublisher = Annotated[
    str | None,
    typer.Option(
        "--publisher", metavar="USCC", help="公开主体的统一社会信用代码。The publisher's credit code."
    ),
]
Marked = Annotated[
    Path | None,
    typer.Option(
        "--marked", metavar="OUT.xlsx", show_default=False,
        help="另存一份标出问题、附有汇总表的工作簿。Write the workbook back with its faulty cells marked and a summary sheet.",
    ),
]  # fmt: skip
Since = Annotated[
    Path | None,
    typer.Option(
        "--since", metavar="REPORT.json", show_default=False,
        help="与上次的 JSON 报告比较:改正了什么,还剩什么,新出现什么。Compare with an earlier report: fixed, still there, new.",
    ),
]  # fmt: skip


@app.command()
def init(database: Database = None) -> None:
    """建立或者升级数据库的表。Make or upgrade the database's tables."""
    from store.engine import connect, writing
    from store.features import unindexed
    from store.migrate import upgrade
    from store.seed import seed

    settings = Settings.of(database=database)
    engine = connect(settings.database)
    upgrade(engine)
    catalog = Catalog.load()
    with writing(engine) as connection:
        seed(connection, catalog)
        behind = unindexed(connection, catalog)
    shown = engine.url.render_as_string(hide_password=True)
    output.out.print(f"数据库已就绪 / the database is ready: {shown}")
    if behind:
        output.out.print(
            f"{len(behind)} 个类型的索引要重做,在此之前查询较慢:openalloc reindex / "
            f"the indexes of {len(behind)} types are to be made again, until then queries are slower: openalloc reindex"
        )


@app.command()
def check(
    files: Files,
    type: Type = None,
    profile: Profile = None,
    publisher: FilesPublisher = None,
    marked: Marked = None,
    since: Since = None,
    json: AsJson = False,
) -> None:
    """按类型的模式核对文件,不装入。Check files against their type's schema; nothing is stored."""
    from loaders import load as loading
    from loaders.profile_file import load_profile
    from loaders.returned.files import read_report, require_one, return_to

    require_one(files, marked, since)
    catalog = Catalog.load()
    chosen = load_profile(profile, catalog) if profile else None
    earlier = read_report(since) if since else None
    reports = []
    for file in files:
        with _progress(f"核对 checking {file.name}", json) as tick:
            reports.append(
                loading.check(
                    file, catalog, type=type, profile=chosen, publisher=publisher, since=earlier,
                    progress=_of_rows(tick),
                )
            )  # fmt: skip
    try:
        _finish(files, reports, json, stored=False)
    finally:
        if marked and not reports[0].unreadable:
            return_to(marked, files[0], reports[0], catalog, datetime.now(BEIJING).date())


@app.command()
def load(
    files: Files,
    type: Type = None,
    profile: Profile = None,
    publisher: FilesPublisher = None,
    again: Annotated[
        bool, typer.Option("--again", help="恢复已撤回的记录。Bring withdrawn records back.")
    ] = False,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """核对文件并装入数据库;同一文件再装一次不改变任何内容。Check files and load them; loading one again changes nothing."""
    from loaders import load as loading
    from loaders.profile_file import load_profile
    from loaders.storing import Apart

    catalog = Catalog.load()
    engine = opened(database, patience=_TURN)
    apart = Apart(engine.url.render_as_string(hide_password=False), _TURN)
    chosen = load_profile(profile, catalog) if profile else None
    reports = []
    for file in files:
        with _progress(f"装入 loading {file.name}", json) as tick:
            reports.append(
                loading.load(
                    file, catalog, engine, type=type, profile=chosen, publisher=publisher,
                    now=utc_now(),
                    progress=_of_rows(tick), again=again, apart=apart,
                )
            )  # fmt: skip
    _finish(files, reports, json, stored=True)


@app.command()
def query(
    graphql: Annotated[
        str,
        typer.Argument(
            metavar="GRAPHQL", help="查询的文本;- 表示从标准输入读。The query; - reads standard input."
        ),
    ],
    variables: Annotated[str, typer.Option(help="变量,JSON 对象。Variables, a JSON object.")] = "{}",
    database: Database = None,
) -> None:
    """运行一个 GraphQL 查询,输出 JSON。Run a GraphQL query and print its JSON."""
    from api.operation import Request, Service

    try:
        given = orjson.loads(variables)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise typer.BadParameter(
            '--variables 应为 JSON 对象 / has to be a JSON object, e.g. \'{"code": "530100"}\''
        )
    engine = opened(database)
    text = sys.stdin.read() if graphql == "-" else graphql
    answer = Service(Catalog.load(), engine).answer(Request(text, given))
    output.print_json(orjson.loads(answer.body))
    if answer.refused:
        raise typer.Exit(2)


@app.command()
def types(json: AsJson = False) -> None:
    """列出全部类型和版本。List all types and their versions."""
    catalog = Catalog.load()
    found, on = catalog.versions.values(), datetime.now(BEIJING).date()
    if json:
        output.print_json(
            [
                {"type": d.type, "version": d.version, "title": d.title, "titleEn": d.title_en, "domain": d.domain,
                 "stage": d.stage, "graphqlType": d.graphql_name, "collection": d.collection,
                 "newest": catalog.types[d.type] is d, **d.release.to_json(on)}
                for d in found
            ]
        )  # fmt: skip
        return
    rows = (
        (d.type, d.version, STATUS[d.release.status(on)], d.release.released, d.title, d.title_en)
        for d in found
    )
    titles = ("类型 type", "版本 version", "状态 status", "发布 released", "名称 title", "English")
    output.print_table(titles, rows)


@app.command()
def profiles(json: AsJson = False) -> None:
    """列出映射配置。List the mapping profiles."""
    from loaders.profile import names
    from loaders.profile_file import load_profile

    catalog = Catalog.load()
    found = [
        (one, list(dict.fromkeys(r.type for r in one.records if r.type)))
        for one in (load_profile(n, catalog) for n in names())
    ]
    if json:
        output.print_json(
            [
                {"name": one.name, "title": one.title, "titleEn": one.title_en, "types": kinds}
                for one, kinds in found
            ]
        )
        return
    rows = ((one.name, "、".join(kinds), one.title, one.title_en) for one, kinds in found)
    output.print_table(("名称 name", "类型 types", "说明 title", "English"), rows)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听的地址。Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口。Port.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="进程数。Worker processes.")] = 1,
    database: Database = None,
    read: Annotated[
        str | None,
        typer.Option(
            help=f"只读副本的 URL,查询由它回答;默认取环境变量 {READ}。URL of a read replica that answers; by default ${READ}.",
            show_default=False,
        ),
    ] = None,
    submissions: Annotated[
        bool,
        typer.Option(
            "--submissions",
            help=f"接受凭密钥提交的记录(POST /submissions),也可设 {SUBMISSIONS}=on。Take records submitted with keys; or ${SUBMISSIONS}=on.",
        ),
    ] = False,
    webhooks: Annotated[
        bool,
        typer.Option(
            "--webhooks",
            help=f"同时向登记的地址推送变更,也可设 {WEBHOOKS}=on。Also deliver to webhooks; or ${WEBHOOKS}=on.",
        ),
    ] = False,
    problems: Annotated[
        bool,
        typer.Option(
            "--problems",
            help=f"接收读者报告的问题,也可设 {PROBLEMS}=on。Take problems that readers report; or ${PROBLEMS}=on.",
        ),
    ] = False,
) -> None:
    """启动 GraphQL 和 REST 服务。Serve GraphQL and REST."""
    from cli.server import assert_free
    from cli.server import serve as run
    from store.migrate import open_current

    assert_free(host, port)
    settings = Settings.of(
        database=database, read=read, submissions=submissions, webhooks=webhooks, problems=problems
    )
    open_current(settings.read or settings.database).dispose()
    if settings.submissions and settings.read:
        open_current(settings.database).dispose()
    output.out.print(f"http://{host}:{port}/ (Ctrl+C 停止 stops)")
    run(settings, host, port, workers)


@app.command()
def demo(
    records: Annotated[
        int, typer.Option(min=0, help="生成多少条合成记录。How many synthetic records to make.")
    ] = 3_000,
    seed: Annotated[
        int, typer.Option(help="随机数种子;同种子同数据。Seed; the same one gives the same records.")
    ] = 1,
    host: Annotated[str, typer.Option(help="监听的地址。Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口。Port.")] = 8000,
    only_load: Annotated[
        bool, typer.Option("--only-load", help="只装入,不启动服务。Load and do not serve.")
    ] = False,
    database: Annotated[str, typer.Option(help="数据库。Database.")] = "openalloc-demo.db",
) -> None:
    """装入样例和合成数据,启动服务,给出可试的查询。Load samples and synthetic data, serve them, print queries to try."""
    from cli.demo import addresses, fill
    from cli.server import assert_free
    from cli.server import serve as run
    from store.engine import connect

    if not only_load:
        assert_free(host, port)
    settings = Settings.of(environment={}, database=database)
    catalog = Catalog.load()
    engine = connect(settings.database)
    total = records + len(catalog.types)
    with _progress("装入样例 loading the sample", quiet=False) as tick:
        stored = fill(engine, catalog, records, seed, lambda step: tick(advance=step, total=total))
    engine.dispose()
    output.out.print(
        f"{total} 条记录,新增 {stored}(合成数据,不是真实信息) / {total} records, {stored} new (synthetic, not real)"
    )
    base = f"http://{host}:{port}"
    for caption, text, address in addresses(base):
        output.out.print(f"\n[bold]{caption}[/]\n{output.plain(text)}\n[dim]{address}[/]", soft_wrap=True)
    if not only_load:
        output.out.print(f"\n打开 open {base}/ (Ctrl+C 停止 stops)")
        run(settings, host, port, 1)


app.command("map")(propose)
app.command()(template)
app.command()(export)
app.command()(answers)
app.command()(reindex)
app.command()(withdraw)
app.command()(refused)
app.command()(history)
app.command()(source)


def main() -> None:
    """The entry point: errors in both languages, never a stack trace for what the asker did or the disk has not."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # while there is somebody to be told that it could not be written
    except (OpenallocError, FormatError) as error:
        output.print_error(error)
        raise SystemExit(2) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads it
        raise SystemExit(1) from None
    except Exception as error:
        from store.failure import failure

        known = failure(error)
        if known is None:
            raise
        output.print_error(known)
        raise SystemExit(2) from None


@contextmanager
def _progress(caption: str, quiet: bool) -> Iterator[Any]:
    """A bar on a terminal's standard error; `tick(completed=…)` moves it. Nothing where machines read."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=output.err, disable=quiet or not output.err.is_terminal, transient=True
    ) as bar:
        task = bar.add_task(caption, total=None)
        yield partial(bar.update, task)


def _of_rows(tick: Callable[..., None]) -> Callable[[Any], None]:
    """Moves a bar to the rows that a file has given so far."""
    return lambda so_far: tick(completed=so_far.rows)


def _finish(files: list[Path], reports: list[Any], json: bool, *, stored: bool) -> None:
    """Print the reports; exit 2 where a file could not be read, 1 where the data has errors."""
    made = [report.to_json() for report in reports]
    if json:
        output.print_json(made[0] if len(made) == 1 else made)
    else:
        for file, one in zip(files, made, strict=True):
            output.out.print(f"[bold]{output.shown(str(file))}[/]")
            output.print_report(one, stored=stored)
    if any(report.unreadable for report in reports):
        raise typer.Exit(2)
    if not all(report.ok for report in reports):
        raise typer.Exit(1)
