"""`openalloc organizations`: pairs that may be one organization, and what is decided of them."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database
from loaders.personal import mask
from schemas.calendar import utc_now
from store import suggesting
from store.engine import writing
from store.suggesting import ACCEPTED, EVIDENCE, OPEN, REJECTED, STATES, Side, Suggestion

app = typer.Typer(
    help="可能是同一个单位的各对,由人核实。Pairs that may be one organization, for people to decide.",
    no_args_is_help=True,
)

_SPEAKS = {
    suggesting.WRONG_CODE: "信用代码校验位不对,而其中的组织机构代码相同 the same organization code in a code that is wrong",
    suggesting.SAME_NAME: "名称相同 the same name",
    suggesting.SIMILAR_NAME: "名称只差公司形式或者括号 names but for the form of a company or brackets",
}
_STATES = {OPEN: "待核实 open", ACCEPTED: "是同一个 accepted", REJECTED: "不是 rejected"}

Numbers = Annotated[
    list[int],
    typer.Argument(metavar="NUMBER…", help="list 所列的编号。Numbers that `list` shows.", show_default=False),
]
By = Annotated[
    str,
    typer.Option(
        "--by", help="由谁决定,写单位或者岗位。Who decides: an office, not a person.", show_default=False
    ),
]
Alike = Annotated[
    bool,
    typer.Option(
        "--alike",
        help="连同依据相同、其中一个单位也相同的各对。With them the open pairs that share an organization and what speaks for it.",
    ),
]


@app.command()
def suggest(json: AsJson = False, database: Database = None) -> None:
    """找出可能是同一个单位的各对;什么都不合并,自然人不在其中。Find pairs that may be one; nothing is joined, no person is among them."""
    engine = opened(database)
    with writing(engine) as connection:
        found = suggesting.suggest(connection, utc_now())
    if json:
        output.print_json(found)
        return
    output.out.print(f"新的 new: {sum(found.values())}")
    for evidence in EVIDENCE:
        output.out.print(f"  {found[evidence]:>7}  {_SPEAKS[evidence]}")


@app.command("list")
def list_(
    state: Annotated[
        str | None, typer.Option(help=f"{'、'.join(STATES)};默认 open。By default open ones.", show_default=False)
    ] = OPEN,
    first: Annotated[int, typer.Option(min=0, max=100_000, help="列出前多少对。How many to show.")] = 20,
    json: AsJson = False,
    database: Database = None,
) -> None:  # fmt: skip
    """列出各对:名称、代码、依据、决定。List the pairs: names, codes, what speaks for them, what was decided."""
    if state not in STATES:
        raise typer.BadParameter(f"{'、'.join(STATES)}", param_hint="--state")
    engine = opened(database)
    with engine.connect() as connection:
        counts = suggesting.counts(connection)
        found = suggesting.suggestions(connection, state, first)
    if json:
        output.print_json({"counts": counts, "pairs": [_said(one) for one in found]})
        return
    output.out.print(", ".join(f"{_STATES[name]} {counts[name]}" for name in STATES))
    for one in found:
        output.out.print(f"\n[bold]{one.number}[/] {_SPEAKS[one.evidence]}")
        for side in (one.one, one.other):
            output.out.print(f"  {output.plain(_side(side))}")
        if one.decided_at is not None:
            by = output.plain(one.decided_by or "")
            output.out.print(f"  {_STATES[one.state]}: {by} {one.decided_at.isoformat(' ', 'seconds')} UTC")


@app.command()
def accept(
    numbers: Numbers, by: By, alike: Alike = False, json: AsJson = False, database: Database = None
) -> None:
    """核实为同一个单位:合为一个,原来的标识仍可查到;以后可以用 reject 分开。The two are one: joined, and their ids still find it; `reject` takes them apart again."""
    _decide(numbers, ACCEPTED, by, alike, json, database)


@app.command()
def reject(
    numbers: Numbers, by: By, alike: Alike = False, json: AsJson = False, database: Database = None
) -> None:
    """核实为不是同一个单位:不再提出;合过的分开。The two are not one: not suggested again, and taken apart where they were joined."""
    _decide(numbers, REJECTED, by, alike, json, database)


def _decide(
    numbers: Sequence[int], state: str, by: str, alike: bool, json: bool, database: str | None
) -> None:
    engine = opened(database)
    with writing(engine) as connection:
        made = suggesting.decide(connection, numbers, state, mask(by)[0], utc_now(), alike=alike)
    if json:
        output.print_json({"state": state, "numbers": made})
        return
    output.out.print(f"{_STATES[state]}: {len(made)}")


def _side(side: Side) -> str:
    return " ".join(part for part in (mask(side.name)[0] if side.name else "(已不在库里 gone)", side.uscc or "", side.id if side.uscc is None else "") if part)  # fmt: skip


def _said(one: Suggestion) -> dict[str, Any]:
    sides = [
        {"id": side.id, "name": side.name and mask(side.name)[0], "uscc": side.uscc}
        for side in (one.one, one.other)
    ]
    return {
        "number": one.number, "evidence": one.evidence, "state": one.state, "organizations": sides,
        "madeAt": f"{one.made_at.isoformat()}Z", "decidedAt": one.decided_at and f"{one.decided_at.isoformat()}Z",
        "decidedBy": one.decided_by,
    }  # fmt: skip
