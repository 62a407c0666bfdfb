"""`openalloc keys`: who may submit records, and what was submitted."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

import typer

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database
from schemas.calendar import BEIJING, moment, utc_now
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from schemas.uscc import is_valid, normalize
from store import keys, submissions
from store.engine import writing
from store.keys import Key
from store.submissions import Submission

app = typer.Typer(help="提交记录的密钥。Keys for submitting records.", no_args_is_help=True)

_STATES = {"valid": "有效 valid", "expired": "过期 expired", "revoked": "作废 revoked"}
YEAR = 365


@app.command()
def create(
    publisher: Annotated[
        str, typer.Option(metavar="USCC", help="公开主体的统一社会信用代码。The publisher's credit code.")
    ],
    region: Annotated[
        str, typer.Option(help="只能提交这个行政区划之内的记录。Records within this region only.")
    ],
    type: Annotated[
        list[str],
        typer.Option("--type", help="可提交的类型,可重复。A type that may be submitted; may be repeated."),
    ],
    name: Annotated[
        str | None, typer.Option(help="公开主体的名称,记录只写名称时用来认。The publisher's name.")
    ] = None,
    note: Annotated[str, typer.Option(help="备注,例如给了哪个系统。A note: which system has it.")] = "",
    expires: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="最后一天,默认一年。The last day, by default in a year.", show_default=False
        ),
    ] = None,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """签发密钥;密钥只显示这一次。Issue a key; it is shown this once."""
    engine, now = opened(database), utc_now()
    code = normalize(publisher)
    catalog = Catalog.load()
    if not is_valid(code):
        raise OpenallocError(
            "K023", f"统一社会信用代码不对:{publisher}", f"The credit code is wrong: {publisher}",
            "核对 18 位代码。", "Check its 18 characters.",
        )  # fmt: skip
    if catalog.regions.get(region) is None:
        raise OpenallocError(
            "K024", f"没有这个行政区划代码:{region}", f"There is no such region: {region}",
            "例如 530114;全国是 100000。", "For example 530114; the whole country is 100000.",
        )  # fmt: skip
    types = tuple(dict.fromkeys(catalog.type(one).type for one in type))
    with writing(engine, lasting=True) as connection:
        key, secret = keys.create(
            connection, publisher=code, publisher_name=name, region=region, types=types, note=note, now=now,
            expires_at=_end(expires, now),
        )  # fmt: skip
    if json:
        output.print_json(_said(key, now) | {"secret": secret})
        return
    output.err.print(
        f"密钥 {key.id} 只显示这一次,请妥善保存 / the key {key.id} is shown this once, keep it safe:"
    )
    print(secret)  # alone on standard output, so that a program can take it


@app.command("list")
def list_(database: Database = None, json: AsJson = False) -> None:
    """列出密钥(看不到密钥本身)。List the keys, without their secrets."""
    now = utc_now()
    with opened(database).connect() as connection:
        found = keys.listed(connection)
    if json:
        output.print_json([_said(key, now) for key in found])
    else:
        _print(found, now)


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="密钥的编号(oak_ 之后的 12 位)。The key's id.")],
    database: Database = None,
) -> None:
    """作废密钥,立即生效。Revoke a key, at once."""
    now = utc_now()
    with writing(opened(database), lasting=True) as connection:
        key = keys.revoke(connection, id, now)
    if key is None:
        raise OpenallocError(
            "K026", "没有这个密钥", "There is no such key", "编号见 openalloc keys list。", "`openalloc keys list` has the ids."
        )  # fmt: skip
    _print([key], now)


@app.command()
def log(
    key: Annotated[str | None, typer.Option(metavar="ID", help="只看这个密钥。Of this key only.")] = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="最多几次。How many at most.")] = 100,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """列出提交的记录:谁、何时、什么、结果。List what was submitted: by whom, when, what, with what result."""
    with opened(database).connect() as connection:
        found = submissions.listed(connection, key, most)
    if json:
        output.print_json([_trail(one) for one in found])
        return
    titles = (
        "提交 id", "时间 at (UTC)", "密钥 key", "内容 what", "字节 bytes", "SHA-256", "接收 taken", "拒收 refused",
        "结果 outcome", "装入 load",
    )  # fmt: skip
    rows = (
        (
            one.id, f"{one.received_at:%Y-%m-%d %H:%M:%S}", one.key_id, one.asked, one.size, (one.sha256 or "")[:12],
            one.taken, one.refused, " ".join(filter(None, (one.outcome, one.error))) or "…", one.load_id,
        )
        for one in found
    )  # fmt: skip
    output.print_table(titles, ([("" if cell is None else cell) for cell in row] for row in rows))


def _end(expires: str | None, now: datetime) -> datetime:
    """When a key ends: at the end of its last day in China."""
    try:
        last = date.fromisoformat(expires) if expires else (now + timedelta(days=YEAR)).date()
        end = datetime.combine(last + timedelta(days=1), time(), BEIJING).astimezone(UTC).replace(tzinfo=None)
        if end > now:
            return end
    except (ValueError, OverflowError):
        pass
    raise OpenallocError(
        "K027", f"最后一天不对:{expires}", f"The last day is wrong: {expires}",
        "写成 2027-12-31,不能是过去的日子。", "Write it like 2027-12-31, not in the past.",
    )  # fmt: skip


def _said(key: Key, now: datetime) -> dict[str, Any]:
    return {
        "id": key.id, "publisher": key.publisher, "publisherName": key.publisher_name, "region": key.region,
        "types": list(key.types), "note": key.note, "createdAt": moment(key.created_at),
        "expiresAt": moment(key.expires_at), "state": key.state(now),
    }  # fmt: skip


def _trail(one: Submission) -> dict[str, Any]:
    return {
        "id": one.id, "key": one.key_id, "receivedAt": f"{one.received_at.isoformat(timespec='milliseconds')}Z",
        "asked": one.asked, "sha256": one.sha256, "size": one.size, "taken": one.taken, "refused": one.refused,
        "outcome": one.outcome, "error": one.error, "loadId": one.load_id,
    }  # fmt: skip


def _print(found: list[Key], now: datetime) -> None:
    titles = (
        "编号 id",
        "公开主体 publisher",
        "区域 region",
        "类型 types",
        "到期 expires",
        "状态 state",
        "备注 note",
    )
    rows = (
        (
            key.id, f"{key.publisher} {key.publisher_name or ''}".strip(), key.region, "、".join(key.types),
            f"{key.expires_at:%Y-%m-%d}", _STATES[key.state(now)], key.note,
        )
        for key in found
    )  # fmt: skip
    output.print_table(titles, rows)
