"""`/departments`: what a clerk of a department does to publish: what, how soon, with which template, and how to correct it.

A plain function, which runs in a thread: the page has every type on it.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.cache import DAY
from api.pages import page
from publish.wording import deadline
from schemas import policy
from schemas.catalog import Catalog, Disclosure
from schemas.statement import statements


def routes() -> list[Route]:
    """The page."""
    return [Route("/departments", departments)]


def departments(request: Request) -> Response:
    """Every type with its deadline and template, by domain, and how to publish."""
    catalog: Catalog = request.app.state.catalog
    stating = {disclosure.type for disclosure, _ in statements(catalog)}
    return page(
        request, "departments.html", ("部门", "For departments"), cache=DAY, domains=by_domain(catalog),
        stating=[catalog.types[one] for one in sorted(stating)], matters=catalog.policy.matters, deadline=deadline, catalog=catalog,
        policy=policy,
    )  # fmt: skip


def by_domain(catalog: Catalog) -> Mapping[str, list[Disclosure]]:
    """The types that a department publishes, in the order of the policy, those that it does not know last."""
    order = {type: place for place, type in enumerate(catalog.policy.matters)}
    found: dict[str, list[Disclosure]] = {}
    for disclosure in sorted(catalog.types.values(), key=lambda one: order.get(one.type, len(order))):
        found.setdefault(disclosure.domain, []).append(disclosure)
    return found
