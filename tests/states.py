"""Records in the states that a page may have to show: revised, of long names, withdrawn, withdrawn for privacy."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from sqlalchemy import Engine, select

from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store import tables
from store.draft import Entry
from store.engine import writing
from store.identity import identify
from store.withdrawing import withdraw
from store.writing import write
from tests.owners import processes_of

TYPE = "procurement/award-result"
LONG = (
    "示例" * 45
    + "LlanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogochAndOnAndOnAndOnAndOnAndOn有限责任公司"
)
COMPANY = "91530100MA6K00027P"  # of the samples


def store_states(engine: Engine, catalog: Catalog) -> Mapping[str, str]:
    """Store them beside the samples; gives by name what `tests/kinds.py` has in braces."""
    disclosure = catalog.types[TYPE]
    found: dict[str, str] = {"company": COMPANY}

    def put(name: str, *changed: Mapping[str, Any]) -> None:
        for change in changed:
            entry = Entry(
                {**deepcopy(dict(disclosure.sample)), "localId": f"示例-{name}", **change}, disclosure
            )
            with writing(engine) as connection:
                write(connection, [entry], catalog, None, utc_now())
            known = identify(entry.record, disclosure)
            assert known is not None
            found[name] = known.id

    apart = {"processId": "530100-states", "sourceUrl": f"https://example.org/{'long/' * 60}"}
    lots = deepcopy(disclosure.sample["lots"])
    lots[0] |= {"lotTitle": LONG, "lotNumber": "N" * 90}
    lots[0]["suppliers"] = [{"name": LONG}]
    put("revised", {**apart, "title": "示例结果公告"}, {**apart, "title": "示例结果公告(更正)", "remark": "第一行\n第二行"},
        {**apart, "title": "示例结果公告(第二次更正)", "lots": lots[1:]})  # fmt: skip
    put(
        "long",
        {**apart, "title": LONG * 3, "project": {"name": LONG * 2, "number": "P" * 90}, "lots": lots * 4},
    )
    put("withdrawn", {**apart, "title": "示例撤回"})
    put("private", {**apart, "title": "示例隐私撤回"})
    with writing(engine) as connection:
        withdraw(connection, found["withdrawn"], "示例理由:重复公开", catalog, utc_now(), privacy=False)
        withdraw(connection, found["private"], "示例理由:有个人信息", catalog, utc_now(), privacy=True)
    known = identify(disclosure.sample, disclosure)
    assert known is not None
    found |= {"record": known.id, "publisher": known.publisher.id}
    with engine.connect() as connection:
        (found["process"],) = processes_of(connection, known.id)
        o = tables.organization.c
        found["long_company"] = str(connection.scalar(select(o.id).where(o.name == LONG)))
    return found
