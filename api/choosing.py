"""A selection as a condition on disclosures: its filter is read as GraphQL reads one, with the same limits and errors."""

from graphql import GraphQLError

from api.faults import InvalidOperationError
from api.operation import Service
from api.preparing import Request
from publish.datasets.statements import Chosen
from publish.selection import Selection, SelectionError

_DOCUMENT = """query ($filter: DisclosureFilter, $search: String) {
  disclosures(filter: $filter, search: $search) { totalCount }
}"""


def choose(service: Service, selection: Selection) -> Chosen:
    """The condition and the values of its parameters.

    Raises SelectionError A209 for a filter that GraphQL does not take, QueryError for one that is beyond its limits.
    """
    wanted = selection.filter()
    if not wanted and not selection.search:
        return Chosen()
    given = {"filter": wanted} if wanted else {}
    request = Request(_DOCUMENT, given | ({"search": selection.search} if selection.search else {}))
    operation = service.preparer.operation(request)
    try:
        coerced = service.preparer.coerced(request, operation)
        planner = service.preparer.planner(operation, coerced)
        return Chosen(planner.chosen(coerced), tuple(planner.values))
    except (InvalidOperationError, GraphQLError, RecursionError) as error:
        reason = " ".join(_reason(error).split())[:300]
        raise SelectionError(
            "A209", f"地址里的 filter 不能用:{reason}", f"the filter in the address cannot be used: {reason}",
            "它是 GraphQL 的 DisclosureFilter,见 docs/filters.md。", "It is a GraphQL DisclosureFilter, see docs/filters.md.",
        ) from None  # fmt: skip


def _reason(error: Exception) -> str:
    """What GraphQL finds wrong, in its words."""
    match error:
        case InvalidOperationError():
            return str(error.errors[0]["message"]).partition(": ")[2]
        case GraphQLError():
            return error.message
    return "it is nested too deep"
