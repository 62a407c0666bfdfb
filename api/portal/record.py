"""`/disclosures/{id}` for people: the whole record under its official headings, where each value is from, what changed,
the process it belongs to, and how to cite it. `?revision=` shows an earlier one, `?all=1` lists of any length.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.disclosure import as_json
from api.pages import page, wants_page
from api.portal.asking import ask, kept
from api.portal.course import course
from api.portal.values import Reading, by_path
from api.refusal import RequestError
from api.site import site_of
from api.standard import today
from loaders.tracing import traced
from publish.wording import deadline
from schemas.catalog import Catalog

JSON = ".json"


async def record(request: Request) -> Response:
    """The page for a browser; the record as JSON for a program, and under the address with `.json`."""
    asked: str = request.path_params["id"]
    if asked.endswith(JSON) or not wants_page(request):
        request.path_params["id"] = asked.removesuffix(JSON)
        answer = await run_in_threadpool(as_json, request)
        answer.headers.setdefault("Vary", "Accept")
        return answer
    return await _page(request)


@kept
async def _page(request: Request) -> Response:
    earlier = bool(request.query_params.get("revision"))
    found = (await ask(request, "record", id=request.path_params["id"], earlier=earlier))["disclosure"]
    if found is None or (found["withdrawal"] and found["withdrawal"]["kind"] == "PRIVACY"):
        return await run_in_threadpool(as_json, request)  # says that there is none, or that it is gone
    catalog: Catalog = request.app.state.catalog
    number, document = _version(request, found)
    disclosure = catalog.versions.get(str((document or {}).get("schema"))) or catalog.types[found["type"]]
    reading = Reading(disclosure, catalog, whole=request.query_params.get("all") == "1")
    sources = found["sources"] if number == found["revision"] else None
    said = list(traced(document, sources["values"], disclosure)) if document and sources else []
    return page(
        request, "portal/record.html", (found["title"], found["title"]), found=found, number=number, document=document,
        disclosure=disclosure, reading=reading, groups=reading.groups(document) if document else [],
        lacking=reading.lacking(document) if document else [], sources=sources,
        origin={path: one.to_json() for path, one in by_path(said).items()},
        organizations=_organizations(found["parties"]),
        courses=[(process, course(process)) for process in found["processes"]],
        deadlines=[(deadline(rule, disclosure, catalog), rule) for rule in disclosure.deadlines],
        items=catalog.policy.items, in_ocds=found["type"] in request.app.state.ocds.types, cited=_cited(request, found, number),
    )  # fmt: skip


def _organizations(parties: Sequence[Mapping[str, Any]]) -> dict[tuple[str | None, str], str]:
    """The ids of the parties by role and name, and by the name alone where it means one organization."""
    by_role: dict[tuple[str | None, str], str] = {
        (one["role"], one["name"]): one["organization"]["id"] for one in parties
    }
    by_name: dict[str, set[str]] = {}
    for (_, name), id in by_role.items():
        by_name.setdefault(name, set()).add(id)
    return {(None, name): ids.pop() for name, ids in by_name.items() if len(ids) == 1} | by_role


def _version(request: Request, found: Mapping[str, Any]) -> tuple[int, Mapping[str, Any] | None]:
    """The number and the document of the revision that the address names, the newest without one."""
    newest = (found["asOf"] or {}).get("document")
    asked = request.query_params.get("revision", "")
    if asked == "" or (asked == str(found["revision"]) and newest is not None):
        return found["revision"], newest
    earlier = {str(one["number"]): one["document"] for one in found["revisions"]}
    if asked not in earlier:
        raise RequestError(
            404, "A222", f"这条信息没有第 {asked[:20]} 次修订", f"this disclosure has no revision {asked[:20]}",
            f"有第 1 至 {found['revision']} 次。", f"It has 1 to {found['revision']}.",
        )  # fmt: skip
    return int(asked), earlier[asked]


def _cited(request: Request, found: Mapping[str, Any], number: int) -> str:
    """The record as GB/T 7714 cites what is on the web."""
    earlier = f"?revision={number}" if number != found["revision"] else ""
    at = f"{site_of(request)}{request.url.path}{earlier}"
    published = f"({found['publishedDate']})" if found["publishedDate"] else ""
    return f"{found['publisher']['name']}. {found['title']}[EB/OL]. {published}[{today().isoformat()}]. {at}."
