"""`openalloc webhooks`: where changes are sent, and sending them."""

import os
import time
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qsl

import orjson
import typer
from sqlalchemy.exc import SQLAlchemyError

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database
from cli.settings import Settings
from loaders.personal import mask
from publish.selection import Selection
from publish.sending import checked
from publish.signing import read_key, secret_of
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store import webhooks
from store.engine import writing
from store.webhooks import Webhook

if TYPE_CHECKING:
    from api.delivering import Deliverer

app = typer.Typer(help="把变更推送到登记的地址。Changes sent to registered addresses.", no_args_is_help=True)

_STATES = {
    "active": "正常 active",
    "failing": "未送达 failing",
    "disabled": "停用 disabled",
    "revoked": "注销 revoked",
}
_TICK = 1.0
Id = Annotated[str, typer.Argument(metavar="ID", help="编号,见 openalloc webhooks list。The endpoint's id.")]


@app.command()
def create(
    url: Annotated[str, typer.Argument(metavar="URL", help="https:// 地址。An https:// address.")],
    selection: Annotated[
        str,
        typer.Option(
            "--list", metavar="PARAMETERS",
            help="只推送这个列表的变更,写法同列表地址,例如 domain=land&region=530100。Only of this list, as in its address.",
        ),
    ] = "",
    batch: Annotated[
        int, typer.Option(min=1, max=100, help="一条消息至多几个变更。Changes of one message at most.")
    ] = 1,
    since: Annotated[
        int | None,
        typer.Option(
            min=0, show_default=False,
            help="从哪个数据版本之后开始;默认从现在。After which data version to begin; by default now.",
        ),
    ] = None,
    inside: Annotated[
        bool,
        typer.Option("--inside", help="地址在自己的内网,可以是 http。The address lies in your own network and may be http."),
    ] = False,
    note: Annotated[str, typer.Option(help="备注。A note.")] = "",
    database: Database = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """登记一个地址;签名用的密钥只显示这一次。Register an address; the secret that signs is shown this once."""
    from api.choosing import choose  # here, that no other command waits for the server's modules
    from api.delivering import said
    from api.operation import REFUSED, Service, refused
    from query.feed import Follower

    checked(url, inside=inside)
    catalog = Catalog.load()
    chosen = Selection.of(parse_qsl(selection), catalog)
    settings = Settings.of(database=database)
    engine = opened(database)
    service = Service(catalog, engine)
    try:
        choose(service, chosen)
    except REFUSED as error:
        told = orjson.loads(refused(error).body)["errors"][0]
        raise OpenallocError(
            "C154", f"列表的条件不对:{told['message']}", f"the list is wrong: {told['message']}",
            "写法同列表地址。", "Write it as in the address of a list.",
        ) from None  # fmt: skip
    key = read_key(settings.webhook_key, make=True)
    newest = Follower(service.reader).newest()
    if since is not None and since > newest:
        raise OpenallocError(
            "C152", f"还没有数据版本 {since}", f"there is no data version {since} yet",
            f"现在是 {newest}。", f"It is {newest} now.",
        )  # fmt: skip
    with writing(engine, lasting=True) as connection:
        made = webhooks.create(
            connection, url=url, selection=chosen.query(), batch=batch, inside=inside, note=mask(note)[0],
            position=newest if since is None else since, now=utc_now(),
        )  # fmt: skip
    secret = secret_of(key, made.id, made.salt)
    if json:
        output.print_json(said(made) | {"secret": secret})
        return
    output.err.print(
        f"{made.id} 的密钥只显示这一次,请妥善保存 / the secret of {made.id} is shown this once, keep it safe:"
    )
    print(secret)  # alone on standard output, so that a program can take it


@app.command("list")
def list_(database: Database = None, json: AsJson = False) -> None:
    """列出登记的地址和投递情况。List the addresses and how far each is."""
    from api.delivering import said

    with opened(database).connect() as connection:
        found = webhooks.listed(connection)
    if json:
        output.print_json([said(one) for one in found])
    else:
        _print(found)


@app.command()
def revoke(id: Id, database: Database = None) -> None:
    """注销一个地址,不再推送。Send nothing to an address any more."""
    with writing(opened(database), lasting=True) as connection:
        found = webhooks.revoke(connection, id, utc_now())
    _print([_known(found)])


@app.command()
def resume(id: Id, database: Database = None) -> None:
    """恢复停用的地址,从停下的地方接着推送。Take a disabled address up again, from where it is."""
    with writing(opened(database), lasting=True) as connection:
        found = webhooks.resume(connection, id)
    _print([_known(found)])


@app.command("test")
def probe(id: Id, database: Database = None) -> None:
    """发一条测试消息。Send a test message."""
    deliverer = _deliverer(database)
    with deliverer.engine.connect() as connection:
        found = _known(webhooks.find(connection, id))
    outcome = deliverer.test(found)
    if outcome.is_taken:
        output.out.print(f"已送达 taken: {outcome.word}")
        return
    raise OpenallocError(
        "C153", f"测试消息没有送达:{outcome.word}", f"the test message was not taken: {outcome.word}",
        "数字是对方答复的状态;name 域名解析不出,address 地址在内网,connection 连不上,certificate 证书不对,time 超时。",
        "A number is the status of the answer; name: not resolved, address: within the network, connection: none, certificate: wrong, time: too slow.",
    )  # fmt: skip


@app.command()
def deliver(
    once: Annotated[
        bool, typer.Option("--once", help="把现有的送完就结束。Deliver what there is and end.")
    ] = False,
    server: Annotated[
        int | None, typer.Option(hidden=True, help="随这个进程结束。Ends with that process.")
    ] = None,
    database: Database = None,
) -> None:
    """投递变更,直到停止;可以同时有几个进程。Deliver changes until stopped; several processes may."""
    deliverer = _deliverer(database)
    while server is None or os.getppid() == server:
        try:
            sent = deliverer.round()
        except (SQLAlchemyError, OSError) as error:
            if once:
                raise
            output.err.print(f"数据库不可用 the database is not available: {type(error).__name__}")
            time.sleep(10 * _TICK)
            continue
        if sent:
            output.err.print(f"已发 sent {sent}")
        elif once:
            return
        else:
            time.sleep(_TICK)


def _deliverer(database: str | None) -> "Deliverer":
    from api.delivering import Deliverer
    from api.operation import Service

    settings = Settings.of(database=database)
    engine = opened(database)
    key = read_key(settings.webhook_key)
    return Deliverer(
        Service(Catalog.load(), engine), engine, key, lambda line: output.err.print(output.plain(line))
    )


def _known(found: Webhook | None) -> Webhook:
    if found is None:
        raise OpenallocError(
            "C151", "没有登记过这个地址", "no such address is registered", "编号见 openalloc webhooks list。",
            "`openalloc webhooks list` has the ids.",
        )  # fmt: skip
    return found


def _print(found: list[Webhook]) -> None:
    titles = (
        "编号 id",
        "地址 address",
        "列表 list",
        "状态 state",
        "已到版本 position",
        "上次 last",
        "下次 next (UTC)",
        "备注 note",
    )
    rows = (
        (
            one.id, one.url, one.selection, _STATES[one.state], str(one.position), one.last_outcome or "",
            f"{one.next_at:%Y-%m-%d %H:%M:%S}" if one.next_at else "", one.note,
        )
        for one in found
    )  # fmt: skip
    output.print_table(titles, rows)
