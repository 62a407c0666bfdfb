"""An id or a code that was given out finds the organization that it turned out to be."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from api.operation import Service
from schemas.catalog import Catalog
from schemas.formercode import lasting_code
from store import joining
from store.draft import Entry
from store.engine import writing
from store.identity import organization_id, process_id, publisher_of
from store.writing import write
from tests.query.test_statements import data

# The same organization registered in two counties; the codes were made up.
ONE, AGAIN = "91530102MA6K00014A", "91530114MA6K00014N"
NAME = "云南示例有限公司"
PUBLISHER = {"name": "示例采购办", "jurisdiction": "530114"}


@pytest.fixture
def joined(engine: Engine, catalog: Catalog) -> Service:
    """A notice that names the company alone, the award of its process with one code, another one with the other."""
    said = (("procurement/tender-notice", "1", "", "P1"), ("procurement/award-result", "2", AGAIN, "P1"), ("procurement/award-result", "3", ONE, "P2"))  # fmt: skip
    for type_, number, code, process in said:
        company = {"name": NAME} | ({"uscc": code} if code else {})
        record: dict[str, Any] = {
            "schema": f"{type_}/1.0", "localId": number, "title": number, "publishedDate": f"2024-01-0{number}",
            "publisher": PUBLISHER, "project": {"name": "示例", "number": process}, "parties": [{"partyRole": "tenderer", "organization": company}],
        }  # fmt: skip
        with writing(engine) as connection:
            write(connection, [Entry(record, catalog.type(type_))], catalog, None, datetime(2026, 1, 1))
        joining.settle_pending(engine)
    return Service(catalog, engine)


def test_every_id_and_code_that_was_given_out_finds_it(joined: Service) -> None:
    publisher = publisher_of({"publisher": PUBLISHER})
    assert publisher is not None
    named = organization_id(None, NAME, process_id(publisher, "P1"))
    lasting = lasting_code(ONE)
    assert lasting is not None
    asked = "uscc disclosures { totalCount nodes { title } } domains { nodes { disclosures } }"
    ways = {
        **{f"organization(uscc: {code!r})": "organization" for code in (ONE, AGAIN, lasting, f"{lasting[:8]}-{lasting[8]}")},
        **{f"organization(id: {one!r})": "organization" for one in (ONE, AGAIN, named, f"organization:{named}")},
    }  # fmt: skip
    for way in ways:
        found = data(joined, "{ " + way.replace("'", '"') + f" {{ {asked} }} }}")["organization"]
        assert found["uscc"] == ONE, way
        assert [one["title"] for one in found["disclosures"]["nodes"]] == ["3", "2", "1"], way
        assert found["domains"]["nodes"] == [{"disclosures": 3}], way
    nodes = f'{{ node(id: "organization:{AGAIN}") {{ id }} nodes(ids: ["organization:{named}", "organization:x"]) {{ id }} }}'
    assert data(joined, nodes) == {"node": {"id": f"organization:{ONE}"}, "nodes": [{"id": f"organization:{ONE}"}, None]}  # fmt: skip
    for condition in (
        f'organization: {{id: {{eq: "organization:{named}"}}}}', f'organization: {{uscc: {{in: ["{AGAIN}"]}}}}',
        f'parties: {{some: {{organization: {{uscc: {{eq: "{AGAIN}"}}}}}}}}',
    ):  # fmt: skip
        filtered = f"{{ disclosures(filter: {{{condition}}}) {{ totalCount }} }}"
        assert data(joined, filtered)["disclosures"]["totalCount"] == 3, condition
    listed = data(joined, "{ organizations { totalCount nodes { uscc lastingCode aliases { nodes { alias uscc lastingCode name basis } } } } }")  # fmt: skip
    assert listed["organizations"]["totalCount"] == 1
    (one,) = listed["organizations"]["nodes"]
    assert (one["uscc"], one["lastingCode"]) == (ONE, lasting)
    assert one["aliases"]["nodes"] == [
        {
            "alias": f"organization:{AGAIN}",
            "uscc": AGAIN,
            "lastingCode": lasting,
            "name": NAME,
            "basis": "CODE",
        },
        {
            "alias": f"organization:{named}",
            "uscc": None,
            "lastingCode": None,
            "name": NAME,
            "basis": "PROCESS",
        },
    ]


def test_a_list_is_matched_by_former_codes_and_says_so(joined: Service) -> None:
    lasting = lasting_code(ONE)
    query = f'{{ matchOrganizations(codes: ["{ONE}", "{AGAIN}", "{lasting}", "000000000"]) {{ note matches {{ nodes {{ basis disclosures organization {{ uscc }} }} }} }} }}'
    found = data(joined, query)["matchOrganizations"]
    one = {"disclosures": 3, "organization": {"uscc": ONE}}
    assert [entry["matches"]["nodes"] for entry in found] == [
        [{"basis": "CREDIT_CODE", **one}], [{"basis": "FORMER_CODE", **one}], [{"basis": "FORMER_CODE", **one}], [],
    ]  # fmt: skip
    assert [entry["note"] for entry in found] == [None, None, None, "INVALID_CODE"]
