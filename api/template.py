"""REST for templates: `/templates/land/grant-result.xlsx` and `.csv`, what a department fills in."""

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.cache import DAY, cached
from api.standard import missing
from formats import csv, xlsx
from publish.template import csv_template, xlsx_template
from schemas.catalog import Catalog, Disclosure

_MAKERS = {
    "xlsx": (xlsx_template, xlsx.MEDIA_TYPE),
    "csv": (csv_template, f"{csv.MEDIA_TYPE}; charset=utf-8"),
}


def routes() -> list[Route]:
    """`/templates/…`."""
    return [Route("/templates/{domain}/{file}", Templates().answer)]


class Templates:
    """The templates of one application, each made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, bool], bytes] = {}

    async def answer(self, request: Request) -> Response:
        """The template of the type in its newest version; `?all=1` has every column that a table can hold."""
        catalog: Catalog = request.app.state.catalog
        name, _, suffix = request.path_params["file"].rpartition(".")
        disclosure = catalog.types.get(f"{request.path_params['domain']}/{name}")
        if disclosure is None or suffix not in _MAKERS:
            path = request.url.path.removeprefix("/templates/")
            return missing(
                request,
                "A030", f"没有这个模板:{path}", f"there is no such template: {path}",
                "写成 /templates/land/grant-result.xlsx 或 .csv;类型见 /schemas/。",
                "Ask for /templates/land/grant-result.xlsx or .csv; /schemas/ lists the types.",
            )  # fmt: skip
        every = request.query_params.get("all", "") not in ("", "0", "false")
        key = (disclosure.name, suffix, every)
        maker, media_type = _MAKERS[suffix]
        if key not in self._made:
            self._made[key] = await run_in_threadpool(maker, disclosure, catalog, every=every)
        return cached(request, self._made[key], media_type, DAY, _named(disclosure, suffix, every))


def _named(disclosure: Disclosure, suffix: str, every: bool) -> dict[str, str]:
    """Under which name a browser keeps the file."""
    title = f"{disclosure.title}{'(全部属性)' if every else ''}模板.{suffix}"
    plain = f"{disclosure.type.replace('/', '-')}{'-all' if every else ''}.{suffix}"
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(title, safe='')}"
    return {"Content-Disposition": named}
