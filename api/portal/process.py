"""`/processes/{id}`: one matter from notice to acceptance, with everything that was published about it.

The time line has every stage; what was published comes a hundred at a time in the order of the stages, by `after` and `before`.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.portal.asking import ask, kept
from api.portal.course import course
from api.portal.organizations import turned
from api.portal.words import address
from api.standard import missing

ASKED = "process:"
PAGE = 100  # disclosures


@kept
async def process(request: Request) -> Response:
    """The time line of a process, its records, who took part."""
    asked: str = request.path_params["id"]
    own = asked.removeprefix(ASKED)
    found = (await ask(request, "process", id=f"{ASKED}{own}", **turned(request, PAGE)))["process"]
    if found is None:
        return missing(
            request, "A223", f"没有这个过程:{asked[:100]}", f"there is no such process: {asked[:100]}",
            "过程的地址在每条公开信息的页上。", "The page of each disclosure leads to its processes.",
        )  # fmt: skip
    nodes, where = found["disclosures"]["nodes"], found["disclosures"]["pageInfo"]
    first = f"/processes/{quote(own, safe='')}"
    title = found["title"] or found["number"]
    return page(
        request, "portal/process.html", (title, title), found=found, stages=course(found), nodes=nodes,
        parties=_parties(nodes), total=found["disclosures"]["totalCount"], first=first,
        previous=where["hasPreviousPage"] and address(first, {"before": where["startCursor"]}),
        next=where["hasNextPage"] and address(first, {"after": where["endCursor"]}), in_ocds=any(one["type"] in request.app.state.ocds.types for one in nodes), amounts=[one for one in nodes if one["amount"] is not None],
    )  # fmt: skip


def _parties(nodes: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Who took part, by role, each once, in the order in which they appear."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for node in nodes:
        for party in node["parties"]:
            if party["role"] != "publisher":
                found.setdefault((party["role"], party["organization"]["id"]), dict(party))
    return list(found.values())
