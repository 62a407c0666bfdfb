"""`/developers`: how to ask, a tour of queries that run, examples in three languages, what else there is for programs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.documents import pages, registered, sha256
from api.evolution import NOTICE
from api.graphiql import Bundle
from api.limits import Limits
from api.pages import Title, page
from api.site import site_of
from query.filters import MOST

HERE = Path(__file__).resolve().parent
# Where the examples ask; a page shows its own address instead.
ASKED = "http://127.0.0.1:8000"
EXAMPLES = (("ask.sh", "curl"), ("ask.py", "Python"), ("ask.mjs", "JavaScript"))
# The pages of docs/queries that the tour leads through, in this order, and what to look at.
TOUR: tuple[tuple[str, Title], ...] = (
    ("latest-of-a-prefecture", ("一个接口问所有领域;region 的 within 包括下级;first 和 endCursor 翻页。",
     "One list of all domains; `within` takes in all below; go on with `first` and `endCursor`.")),
    ("a-company-across-domains", ("按信用代码找到一家企业,看它在各领域的公开信息。",
     "Find a company by its code and see its disclosures in every domain.")),
    ("about-an-organization", ("它的身份、年份、交易对方、同场竞争者、信用记录,都由数据库算好。",
     "Its roles, years, counterparties, rivals and credit records, computed in the database.")),
    ("a-process-from-notice-to-result", ("一件事从公告到结果的各个环节。", "One matter, stage by stage.")),
    ("largest-land-deals", ("每个类型有自己的列表和字段;按任何属性筛选、排序。",
     "Each type has a list and fields of its own; filter and sort by any property.")),
    ("search-by-relevance", ("检索中文词,按相关程度排序,标出命中处。", "Chinese words, by relevance, with the hits marked.")),
    ("amounts-by-domain-and-year", ("分组统计:条数、金额、均值、逾期率。", "Groups: counts, sums, means, shares that were late.")),
    ("unit-prices", ("同一种货物在各处的单价。", "What the same product cost in different places.")),
    ("punctuality", ("一个部门是否按期公开,依据是哪条规定。", "Whether a department was in time, and by which rule.")),
    ("mirror", ("按数据版本跟上全部变更,包括撤回。", "Follow every change by data version, withdrawals too.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stop:
    """A query of the tour; `run` leads to where it runs."""

    name: str
    title: Title
    about: Title
    query: str
    run: str


def routes() -> list[Route]:
    """The page, and its examples as files."""
    return [Route("/developers", developers), Route("/developers/{name}", example)]


async def developers(request: Request) -> Response:
    """How to ask: a tour, examples, the limits, the protocols, the documents that are registered."""
    most: Limits = request.app.state.service.limits
    bundle: Bundle = request.app.state.bundle
    installed, base = bool(bundle.files), site_of(request)
    limits = (
        (("嵌套层数", "Levels of nesting"), most.depth), (("别名", "Aliases"), most.aliases),
        (("根字段", "Root fields"), most.root_fields), (("每页条数", "Records of a page"), MOST),
        (("可能的节点总数", "Nodes that may come"), most.nodes), (("秒", "Seconds"), int(most.statement_seconds)),
    )  # fmt: skip
    return page(
        request,
        "developers.html",
        ("开发者", "Developers"),
        limits=limits,
        base=base,
        installed=installed,
        tour=list(tour(installed)),
        examples=[(name, said, _example(name, base)) for name, said in EXAMPLES],
        documents=[(title, sha256(document)) for title, document in registered()],
        places=request.app.state.subscriptions.most_of_a_client,
        notice=NOTICE,
    )


async def example(request: Request) -> Response:
    """An example as a file, which asks at our public address."""
    name = request.path_params["name"]
    if name not in dict(EXAMPLES):
        return Response(status_code=404)
    text = _example(name, site_of(request))
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return Response(text, 200, headers, "text/plain; charset=utf-8")


def tour(installed: bool) -> Iterator[Stop]:
    """The stops of the tour; where GraphiQL is not installed a stop runs as an address that answers JSON."""
    found = {name: (title, document) for name, title, document in pages()}
    for name, about in TOUR:
        title, document = found[name]
        written = quote(re.sub(r"\A\n+", "", document))
        run = f"/graphql#query={written}" if installed else f"/graphql?query={written}"
        yield Stop(name, title, about, document, run)


def _example(name: str, base: str) -> str:
    return (HERE / "examples" / f"{name}.txt").read_text("utf-8").replace(ASKED, base)
