"""A selection as a condition on disclosures: its filter is read as GraphQL reads one, with the same limits and errors."""

from api.operation import Service
from api.preparing import Request
from publish.datasets.statements import Chosen
from publish.selection import Selection

_DOCUMENT = """query ($filter: DisclosureFilter, $search: String) {
  disclosures(filter: $filter, search: $search) { totalCount }
}"""


def choose(service: Service, selection: Selection) -> Chosen:
    """The condition and the values of its parameters; raises what `api.operation.refused` answers."""
    wanted = selection.filter()
    if not wanted and not selection.search:
        return Chosen()
    given = {"filter": wanted} if wanted else {}
    request = Request(_DOCUMENT, given | ({"search": selection.search} if selection.search else {}))
    operation = service.preparer.operation(request)
    coerced = service.preparer.coerced(request, operation)
    planner = service.preparer.planner(operation, coerced)
    return Chosen(planner.chosen(coerced), tuple(planner.values))
