"""Made-up operations that once were answered wrongly, reduced: each is the oracle's on every database."""

import pytest

from api.operation import Request, Service
from tests.query.comparison import answered, difference
from tests.query.operations import Operation
from tests.query.oracle import Oracle

OPERATIONS = {
    "disclosures that are counted by what their documents list": """
        { organizations(filter: {disclosures: {count: {where: {withheld: {some: {}}}, lte: 5}}}) { totalCount } }""",
    "prices before those without a unit": """
        { items(filter: {}) { prices(before: "6974656d73212d756e69745f6b6579217c31347c") { nodes { unit } } } }""",
    "items whose price is an object": """
        { emissionsAuctionResults(filter: {items: {some: {unitPrice: {amount: {gt: 1}}}}}) { nodes { id } }
          procurementPublicServiceProjects(filter: {items: {every: {unitPrice: {amountDetails: {}}}}}) { totalCount } }""",
}


@pytest.mark.parametrize("case", OPERATIONS)
def test_what_once_was_wrong_is_right(services: dict[str, Service], oracle: Oracle, case: str) -> None:
    operation = Operation(OPERATIONS[case], {})
    for name, service in services.items():
        document = service.preparer.operation(Request(operation.query)).document
        assert difference(oracle.answer(document), answered(service, operation)["data"]) == "", name
