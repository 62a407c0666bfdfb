"""`openalloc history`: what a record said before, and what changed."""

from typing import Any

import orjson
from sqlalchemy import select

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database, Identifier, Publisher
from schemas.catalog import Catalog, Disclosure
from schemas.path import crossed

_KINDS = {"added": "新增 added", "revised": "修订 revised", "withdrawn": "撤回 withdrawn"}
_MOST, _LONGEST = 50, 200


def history(
    identifier: Identifier,
    publisher: Publisher = None,
    json: AsJson = False,
    database: Database = None,
) -> None:  # fmt: skip
    """列出一条公开信息的历次修订和撤回,逐项对照前后。List a disclosure's revisions and withdrawals with the fields that changed."""
    from store import tables
    from store.differences import history as steps
    from store.withdrawing import find

    catalog = Catalog.load()
    engine = opened(database)
    with engine.connect() as connection:
        one = find(connection, identifier, publisher)
        d = tables.disclosure.c
        kind = connection.scalar(select(d.type).where(d.id == one))
        told = [_step(step, catalog.types.get(str(kind))) for step in steps(connection, one)]
    if json:
        output.print_json({"id": one, "type": kind, "steps": told})
        return
    output.out.print(f"{one} {kind}")
    for step in told:
        _print(step)


def _step(step: Any, disclosure: Disclosure | None) -> dict[str, Any]:
    return {
        "version": step.version, "kind": step.kind, "at": f"{step.at.isoformat()}Z", "revision": step.revision,
        "reason": step.reason, "known": step.known, "count": step.count,
        "changes": [
            {"path": one.path, "title": _title(one.path, disclosure), "before": one.before, "after": one.after}
            for one in step.differences
        ],
    }  # fmt: skip


def _title(path: str, disclosure: Disclosure | None) -> str:
    """What the schema calls a property; '' for one that it no longer has."""
    field = disclosure.by_path.get(crossed(path)) if disclosure else None
    return field.title if field else ""


def _print(step: dict[str, Any]) -> None:
    output.out.print(
        f"\n[bold]第 {step['revision']} 次 revision {step['revision']}[/] {_KINDS.get(step['kind'], step['kind'])} "
        f"{step['at'][:19].replace('T', ' ')} UTC (数据版本 data version {step['version']})"
    )
    if step["reason"]:
        output.out.print(f"  理由 reason: {output.plain(step['reason'])}")
    if not step["known"]:
        output.out.print("  内容已删除,无从对照 / its content was removed: nothing to compare")
    for one in step["changes"][:_MOST]:
        title = f" {output.plain(one['title'])}" if one["title"] else ""
        output.out.print(
            f"  {output.plain(one['path'])}{title}: {_shown(one['before'])} → {_shown(one['after'])}"
        )
    if step["count"] > _MOST:
        output.out.print(f"  … 共 {step['count']} 处不同 differences in all")


def _shown(value: Any) -> str:
    """A value in one line, cut where it is long; the JSON has all of it."""
    if value is None:
        return "–"
    said = value if isinstance(value, str) else orjson.dumps(value).decode()
    return output.plain(said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…")
