"""Cursors survive what happens between two pages: what is there all along comes once and in order, whatever is
inserted or removed meanwhile, in every order and both directions.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from api.operation import Service
from schemas.catalog import Catalog
from tests.query import reference
from tests.query.test_statements import data

FIELDS = (None, "PUBLISHED_DATE", "AMOUNT", "DUE_ON", "DAYS_LATE", "STAGE")
PAGE = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
_INSERT = text(
    "INSERT INTO disclosure (shard, number, id, recency, type, schema_version, domain, stage, publisher_id, title, status,"
    " revision, published_date, amount_fen, due_on, days_late, province, region) VALUES ('530114', :number, :id, :recency,"
    " 'works/tender-notice', '1.0', 'works', :stage, 'x', '虚构', 'published', 1, :published_date, :amount_fen, :due_on,"
    " :days_late, '530000', '530114')"
)
days = st.sampled_from((None, "2024-01-01", "2024-01-02"))
rows = st.fixed_dictionaries(
    {
        "recency": st.integers(0, 40), "stage": st.sampled_from(("notice", "result", "contract")),
        "published_date": days, "due_on": days, "amount_fen": st.sampled_from((None, -1, 0, 5)),
        "days_late": st.sampled_from((None, -2, 0, 3)),
    }
)  # fmt: skip
# Between two pages: rows to put in, and places in what is there of rows to take out.
between = st.tuples(st.lists(rows, max_size=4), st.lists(st.integers(0, 30), max_size=3))


@dataclass
class Table:
    """The rows of the table `disclosure`, kept in step with the database."""

    engine: Engine
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0

    def change(self, wanted: list[dict[str, Any]], gone: list[int]) -> None:
        """Take out the rows at those places and put in others; a recency stands only once."""
        with self.engine.begin() as connection:
            for place in gone:
                if place < len(self.rows):
                    identifier = sorted(self.rows)[place]
                    del self.rows[identifier]
                    connection.execute(text("DELETE FROM disclosure WHERE id = :id"), {"id": identifier})
            for row in wanted:
                if row["recency"] not in {one["recency"] for one in self.rows.values()}:
                    identifier = f"530114-{self.made:016}"
                    self.made += 1
                    self.rows[identifier] = {**row, "id": identifier}
                    connection.execute(_INSERT, {**self.rows[identifier], "number": self.made})


@pytest.mark.parametrize("root", ["disclosures", "region"])
def test_what_is_there_all_along_comes_once_and_in_order(engine: Engine, catalog: Catalog, root: str) -> None:
    service = Service(catalog, engine)

    @settings(
        max_examples=40 if engine.dialect.name == "sqlite" else 15, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        st.lists(rows, max_size=20), st.lists(between, max_size=12), st.sampled_from(FIELDS),
        st.sampled_from(("ASC", "DESC")), st.booleans(), st.integers(1, 4),
    )  # fmt: skip
    def walk(
        first: list[dict[str, Any]],
        meanwhile: list[Any],
        order: str | None,
        way: str,
        backwards: bool,
        size: int,
    ) -> None:
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM disclosure"))
        table = Table(engine)
        table.change(first, [])
        _walk(
            service,
            table,
            meanwhile,
            {"field": order, "direction": way} if order else None,
            backwards,
            size,
            root,
        )

    walk()


def _walk(
    service: Service, table: Table, meanwhile: list[Any], order: Any, backwards: bool, size: int, root: str
) -> None:
    count, place = ("last", "before") if backwards else ("first", "after")
    connection = f"disclosures({count}: $size, {place}: $place, orderBy: $order) {{ {PAGE} }}"
    body = connection if root == "disclosures" else f'region(code: "530000") {{ {connection} }}'
    query = f"query ($size: Int, $place: String, $order: [DisclosureOrder!]) {{ {body} }}"
    orders = reference.order_of("disclosure", order)
    always = set(table.rows)
    seen: list[str] = []
    waiting, at = list(meanwhile), None
    everything = dict(table.rows)
    while True:
        answer = data(service, query, size=size, place=at, order=order)
        page = (answer if root == "disclosures" else answer["region"])["disclosures"]
        edges, facts = page["edges"], page["pageInfo"]
        ids = [edge["node"]["id"] for edge in edges]
        seen += reversed(ids) if backwards else ids
        behind, ahead = _sides(table, orders, at, backwards, ids)
        assert facts["hasNextPage" if backwards else "hasPreviousPage"] == behind
        assert facts["hasPreviousPage" if backwards else "hasNextPage"] == ahead
        ends = (edges[0]["cursor"], edges[-1]["cursor"]) if edges else (None, None)
        assert (facts["startCursor"], facts["endCursor"]) == ends
        if not ahead:
            break
        at = facts["startCursor" if backwards else "endCursor"]
        if waiting:
            table.change(*waiting.pop(0))
            always &= set(table.rows)
            everything |= table.rows
    assert len(seen) == len(set(seen)), "no row comes twice"
    assert always <= set(seen), "a row that was there all along is not skipped"
    in_order = [row["id"] for row in reference.in_order([everything[one] for one in seen], orders)]
    assert seen == (in_order[::-1] if backwards else in_order)


def _sides(table: Table, orders: Any, at: str | None, backwards: bool, ids: list[str]) -> tuple[bool, bool]:
    """Whether there are rows on the cursor's other side, its own included, and beyond the page."""
    listed = reference.in_order(list(table.rows.values()), orders)
    if backwards:
        listed.reverse()
    if at is None:
        return False, len(listed) > len(ids)
    there, sign = reference.read(at, orders), -1 if backwards else 1
    passed = sum(reference.compare(reference.place(row, orders), there, orders) * sign <= 0 for row in listed)
    return passed > 0, len(listed) - passed > len(ids)
