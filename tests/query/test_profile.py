"""An organization's profile, a list matched, items and their prices.

Made-up operations about these alone are held against the oracle; what they mean is told by records made by hand.
"""

import json
import random
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from api.operation import Request, Service
from schemas.catalog import Catalog
from store import rollups, tables
from store.draft import Entry
from store.engine import writing
from store.writing import write
from tests.query.comparison import REFUSED, answered, difference
from tests.query.operations import Maker
from tests.query.oracle import Oracle
from tests.query.test_statements import data, statements
from tests.query.test_statistics import limited, refused
from tests.query.vocabulary import Vocabulary

ANNA, BELA = "91530100MA6K00027P", "91530100MA6K00019W"
ROOTS = ("organization", "organizations", "matchOrganizations", "items")


@pytest.mark.parametrize("chunk", range(3))
def test_made_up_operations_about_organizations_and_items(
    services: dict[str, Service], oracle: Oracle, chunk: int
) -> None:
    compared = dict.fromkeys(services, 0)
    for number in range(chunk * 20, (chunk + 1) * 20):
        maker = Maker(oracle.schema, Vocabulary(oracle), random.Random(f"profile {number}"))
        operation = maker.make(ROOTS)
        expected = None
        for name, service in services.items():
            found = answered(service, operation)
            if "errors" in found:
                code = found["errors"][0]["extensions"]["code"]
                assert code in (*REFUSED, "Q201"), (
                    f"{number} on {name}: {found['errors'][0]}\n{operation.query}"
                )
                continue
            expected = expected or oracle.answer(operation.query, operation.variables)
            unlike = difference(expected, found["data"])
            assert not unlike, f"{number} on {name}: {unlike}\n{operation.query}\n{operation.variables}"
            compared[name] += 1
    assert max(compared.values()) > 10, compared
    assert min(compared.values()) > 4, "the oldest SQLite cannot parse the deepest"


FIGURES = "disclosures amount partyAmount recordAmount unpriced firstDate lastDate"
LISTS = (
    f"roles(first: 20, PERIOD) {{ totalCount edges {{ cursor node {{ role {FIGURES} }} }} }}"
    f" domains(first: 2, orderBy: {{field: AMOUNT}}, PERIOD) {{ nodes {{ domain {FIGURES} }} pageInfo {{ hasNextPage }} }}"
    f" years(first: 20, PERIOD) {{ nodes {{ year {FIGURES} roles {{ domain role disclosures amount }} }} }}"
)


def test_what_is_kept_of_an_organization_says_what_its_parties_say(services: dict[str, Service]) -> None:
    one = f"query($uscc: String!) {{ organization(uscc: $uscc) {{ {LISTS} }} }}"
    codes = "{ organizations(first: 60, filter: {uscc: {isNull: false}}) { nodes { uscc } } }"
    for name, service in services.items():
        raw = limited(service, replace(service.limits, rollups=False))
        years = []
        for node in data(service, codes)["organizations"]["nodes"]:
            for period, used in (("", True), ('filter: {publishedDate: {gte: "1000-01-01"}}', False)):
                request = Request(one.replace("PERIOD", period), node)
                with statements(service.reader.engine) as sent:
                    found = json.loads(service.answer(request).body)
                assert ("rollup_organization" in sent[0]) == used, name
                with statements(service.reader.engine) as sent:
                    assert json.loads(raw.answer(request).body) == found, (name, node)
                assert "rollup_organization" not in sent[0]
                if "data" in found:
                    years += found["data"]["organization"]["years"]["nodes"]
        assert len({year["year"] for year in years}) > 1
        assert any(year["amount"] for year in years)


def test_sums_of_an_organization_beyond_whole_numbers_are_refused(told: Service) -> None:
    d = tables.disclosure.c
    asked = f'{{ organization(uscc: "{BELA}") {{ domains {{ nodes {{ amount }} }} }} }}'
    with writing(told.reader.engine) as connection:
        ids = connection.scalars(select(d.id)).all()
        with rollups.keeping(connection, ids):
            connection.execute(update(tables.party).values(amount_fen=None))
            connection.execute(update(tables.disclosure).values(amount_fen=9 * 10**18))
    for service in (told, limited(told, replace(told.limits, rollups=False))):
        assert refused(service, asked) == "Q034"


def company(name: str, uscc: str | None = None) -> dict[str, str]:
    """An organization as a record has it."""
    return {"name": name} if uscc is None else {"name": name, "uscc": uscc}


def party(
    role: str, organization: dict[str, str], lot: str = "", amount: float | None = None
) -> dict[str, Any]:
    """A party as a record has it."""
    made: dict[str, Any] = {"partyRole": role, "organization": organization}
    if lot:
        made["lotNumber"] = lot
    if amount is not None:
        made["offer"] = {"amount": amount}
    return made


@pytest.fixture
def told(engine: Engine, catalog: Catalog) -> Service:
    """Two processes of one buyer: in one Anna and Bela bid and Anna wins, in the other Bela does."""
    buyer = company("示例采购中心", "12530100MB0W000574")
    anna, bela = company("示例甲有限公司", ANNA), company("示例乙有限公司", BELA)
    renamed = company("示例甲股份有限公司", ANNA)
    notice = catalog.type("works/award-candidates")
    result = catalog.type("procurement/award-result")
    entries = []

    def add(
        disclosure: Any, number: str, day: str, process: str, parties: list[dict[str, Any]], **more: Any
    ) -> None:
        record = {"schema": disclosure.name, "localId": number, "title": number, "publishedDate": day,
                  "processId": process, "publisher": buyer, "parties": parties, **more}  # fmt: skip
        entries.append(Entry(record, disclosure))

    lots = [{"lotNumber": "1", "lotTitle": "一"}, {"lotNumber": "2", "lotTitle": "二"}]
    add(notice, "n1", "2023-03-01", "P1", [
        party("buyer", buyer), party("tenderer", anna, "1", 100), party("tenderer", bela, "1", 90),
        party("tenderer", company("示例丙有限公司"), "2", 80),
    ], lots=lots)  # fmt: skip
    add(result, "r1", "2023-04-01", "P1", [
        party("buyer", buyer), party("supplier", anna, "1", 100.01), party("supplier", anna, "2", 50),
        party("supplier", bela, "2", 7),
    ], lots=lots)  # fmt: skip
    add(notice, "n2", "2024-03-01", "P2", [
        party("buyer", buyer), party("tenderer", renamed, amount=10), party("tenderer", bela, amount=9),
    ])  # fmt: skip
    add(
        result,
        "r2",
        "2024-04-01",
        "P2",
        [party("buyer", buyer), party("supplier", bela)],
        awardAmount={"amount": 9.5},
    )
    add(
        result,
        "r3",
        "2024-05-01",
        "P3",
        [party("supplier", company("张小明"), amount=3), party("respondent", bela)],
    )
    add(
        result,
        "r4",
        "2024-06-01",
        "P4",
        [party("supplier", company("张小明"), amount=4), party("buyer", company("示例丁局"))],
    )
    with writing(engine) as connection:
        write(connection, entries, catalog, None, datetime(2024, 12, 31))
    return Service(catalog, engine)


def profile(service: Service, uscc: str, fields: str) -> Any:
    """What the profile of an organization says."""
    return data(service, f'{{ organization(uscc: "{uscc}") {{ {fields} }} }}')["organization"]


def test_a_roles_amount_is_the_sum_of_its_lots_and_else_the_records(told: Service) -> None:
    found = profile(
        told, ANNA, "roles { nodes { role disclosures amount partyAmount recordAmount unpriced } }"
    )
    assert found["roles"]["nodes"] == [
        {"role": "tenderer", "disclosures": 2, "amount": 110, "partyAmount": 110, "recordAmount": None, "unpriced": 0},
        {"role": "supplier", "disclosures": 1, "amount": 150.01, "partyAmount": 150.01, "recordAmount": None, "unpriced": 0},
    ]  # fmt: skip


def test_a_filter_says_which_disclosures_count(told: Service) -> None:
    found = profile(
        told,
        ANNA,
        """years(filter: {stage: {eq: result}}) { totalCount nodes {
      year disclosures amount roles { domain role disclosures amount } } }""",
    )
    role = {"domain": "procurement", "role": "supplier", "disclosures": 1, "amount": 150.01}
    assert found["years"] == {
        "totalCount": 1,
        "nodes": [{"year": 2023, "disclosures": 1, "amount": 150.01, "roles": [role]}],
    }


@pytest.mark.parametrize(
    ("wanted", "days"),
    [
        ('gte: "2023-04-01", lte: "2024-03-01"', ["r1", "n2"]),
        ('gt: "2023-04-01"', ["n2"]),
        ('lt: "2023-04-01"', ["n1"]),
        ('eq: "2024-03-01"', ["n2"]),
        ('in: ["2023-03-01", "2024-03-01"]', ["n1", "n2"]),
        ('gt: "2024-03-01"', []),
        ("isNull: true", []),
    ],
)
def test_a_period_is_what_the_filter_says(told: Service, wanted: str, days: list[str]) -> None:
    found = profile(
        told, ANNA, f"domains(filter: {{publishedDate: {{{wanted}}}}}) {{ nodes {{ disclosures }} }}"
    )
    assert sum(one["disclosures"] for one in found["domains"]["nodes"]) == len(days)


def test_who_was_on_the_other_side_and_for_how_much(told: Service) -> None:
    fields = """counterparties { nodes { organization { uscc } disclosures amount
      roles { role counterpartyRole disclosures amount } } }"""
    (buyer,) = profile(told, ANNA, fields)["counterparties"]["nodes"]
    assert buyer == {
        "organization": {"uscc": "12530100MB0W000574"}, "disclosures": 3, "amount": 150.01,
        "roles": [
            {"role": "supplier", "counterpartyRole": "buyer", "disclosures": 1, "amount": 150.01},
            {"role": "tenderer", "counterpartyRole": "buyer", "disclosures": 2, "amount": None},
        ],
    }  # fmt: skip
    across = {one["organization"]["uscc"]: one["amount"] for one in
              profile(told, "12530100MB0W000574", fields)["counterparties"]["nodes"]}  # fmt: skip
    assert across[ANNA] == 150.01
    assert across[None] is None, "the one known by name bid and got nothing"


def test_who_bid_beside_it_and_who_won(told: Service) -> None:
    fields = "coBidders { nodes { organization { uscc } processes disclosures wins coBidderWins } }"
    (bela,) = profile(told, ANNA, fields)["coBidders"]["nodes"]
    assert bela == {
        "organization": {"uscc": BELA},
        "processes": 2,
        "disclosures": 2,
        "wins": 1,
        "coBidderWins": 2,
    }, "the bidder for another lot is none"


def test_names_processes_roles_and_records_about_it(told: Service) -> None:
    found = profile(
        told,
        ANNA,
        """names { nodes { name disclosures firstDate } } processes { nodes { number } }
      tendered: disclosures(role: tenderer) { totalCount } creditRecords { totalCount }""",
    )
    assert found["names"]["nodes"] == [
        {"name": "示例甲有限公司", "disclosures": 2, "firstDate": "2023-03-01"},
        {"name": "示例甲股份有限公司", "disclosures": 1, "firstDate": "2024-03-01"},
    ]
    assert [one["number"] for one in found["processes"]["nodes"]] == ["P2", "P1"]
    assert found["tendered"]["totalCount"] == 2
    assert found["creditRecords"]["totalCount"] == 0
    about = profile(told, BELA, "creditRecords { nodes { localId } }")
    assert about["creditRecords"]["nodes"] == [{"localId": "r3"}]


def test_a_whole_list_is_matched_in_one_statement_in_its_order(told: Service) -> None:
    query = """query ($names: [String!], $codes: [String!]) { matchOrganizations(names: $names, codes: $codes) {
      asked kind note matches(first: 2) { nodes { basis disclosures organization { uscc } } } } }"""
    names = [
        "示例 乙有限公司",
        "示例乙有限公司",
        "没有的公司",
        "张小明",
        BELA,
        *(f"示例{n}" for n in range(980)),
    ]
    codes = [BELA.lower(), BELA[:-1] + "0"]
    with statements(told.reader.engine) as sent:
        found = data(told, query, names=names, codes=codes)["matchOrganizations"]
    assert len(sent) == 1
    assert [one["asked"] for one in found] == names + codes
    bela = [{"basis": "CREDIT_CODE", "disclosures": 5, "organization": {"uscc": BELA}}]
    by_name = [{**bela[0], "basis": "NORMALIZED_NAME"}]
    assert [one["matches"]["nodes"] for one in found[:5]] == [
        by_name,
        [{**bela[0], "basis": "EXACT_NAME"}],
        [],
        [],
        bela,
    ]
    assert found[3]["note"] == "PERSON"
    assert [(one["note"], one["matches"]["nodes"]) for one in found[-2:]] == [
        (None, bela),
        ("INVALID_CODE", []),
    ]


def test_a_list_that_is_too_long_is_refused(told: Service) -> None:
    query = "query ($names: [String!]) { matchOrganizations(names: $names) { asked } }"
    assert len(data(told, query, names=["示例"] * 1_000)["matchOrganizations"]) == 1_000
    for names, code in ((["示例"] * 1_001, "Q050"), (["示例"] * 3_000, "Q108"), (["示例\0"], "Q001")):
        found = json.loads(told.answer(Request(query, {"names": names})).body)
        assert [error["extensions"]["code"] for error in found["errors"]] == [code]


def test_a_private_person_is_not_joined_by_name(told: Service) -> None:
    query = """{ organizations(filter: {name: {in: ["张小明", "示例丙有限公司"]}}) { nodes { name sameName { totalCount } } } }"""
    found = data(told, query)["organizations"]["nodes"]
    assert [one["name"] for one in found].count("张小明") == 2, "one in each process"
    assert {one["sameName"]["totalCount"] for one in found} == {0}


def test_prices_want_a_condition(told: Service) -> None:
    for query in (
        "{ items { prices { nodes { unit } } } }",
        "{ items(orderBy: {field: PRICE}) { totalCount } }",
    ):
        found = json.loads(told.answer(Request(query)).body)
        assert found["errors"][0]["extensions"]["code"] == "Q051"


def test_prices_by_unit_are_exact(engine: Engine, catalog: Catalog) -> None:
    disclosure = catalog.type("procurement/contract")
    prices = {"台": (1, 2, 2.5, 10_000_000_000_000), "套": (0.0001, 0.0002), "个": (7,)}
    items = [
        {"itemName": "示例机", "quantityUnit": unit, "unitPrice": {"amount": one}}
        for unit, several in prices.items()
        for one in several
    ]
    items.append({"itemName": "示例机", "unitPrice": {"amount": 3, "currency": "USD"}})
    record = {"schema": disclosure.name, "localId": "1", "publisher": {"name": "示例局"}, "items": items}
    with writing(engine) as connection:
        write(connection, [Entry(record, disclosure)], catalog, None, datetime(2024, 12, 31))
    query = """{ items(filter: {name: {eq: "示例机"}}) { totalCount
      prices { nodes { unit items minimum median mean maximum } } } }"""
    found = data(Service(catalog, engine), query)["items"]
    assert found["totalCount"] == 8
    assert found["prices"]["nodes"] == [
        {"unit": "台", "items": 4, "minimum": 1, "median": 2.25, "mean": 2500000000001.375, "maximum": 10_000_000_000_000},
        {"unit": "套", "items": 2, "minimum": 0.0001, "median": 0.00015, "mean": 0.0002, "maximum": 0.0002},
        {"unit": "个", "items": 1, "minimum": 7, "median": 7, "mean": 7, "maximum": 7},
    ]  # fmt: skip


def test_lots_and_parties_lead_back(told: Service) -> None:
    query = """{ disclosures(filter: {localId: {eq: "r1"}}) { nodes { parties { name lot { parties { name } }
      disclosure { localId } } } } }"""
    parties = data(told, query)["disclosures"]["nodes"][0]["parties"]
    assert [(one["name"], one["lot"] and len(one["lot"]["parties"])) for one in parties] == [
        ("示例采购中心", None), ("示例甲有限公司", 1), ("示例甲有限公司", 2), ("示例乙有限公司", 2),
    ]  # fmt: skip
    assert {one["disclosure"]["localId"] for one in parties} == {"r1"}


def test_a_sum_that_no_number_holds_is_refused(told: Service) -> None:
    with writing(told.reader.engine) as connection:
        ids = connection.scalars(select(tables.disclosure.c.id)).all()
        with rollups.keeping(connection, ids):
            connection.exec_driver_sql(f"UPDATE party SET amount_fen = {2**62} WHERE role = 'supplier'")
    query = f'{{ organization(uscc: "{BELA}") {{ roles {{ nodes {{ amount }} }} }} }}'
    assert json.loads(told.answer(Request(query)).body)["errors"][0]["extensions"]["code"] == "Q034"
