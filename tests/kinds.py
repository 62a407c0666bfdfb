"""What kinds of pages there are: for every route that answers one, its address in each state that a reader may find it in.

Names in braces are what `tests/states.py` has stored. A new route is in one of the two tables, or `tests/browser/test_pages.py` fails.
"""

from collections.abc import Iterable, Mapping

from starlette.routing import BaseRoute, Route

PAGES: Mapping[str, tuple[str, ...]] = {
    "/": ("/",),
    "/developers": ("/developers",),
    "/departments": ("/departments",),
    "/disclosures": ("/disclosures?domain=procurement&q=示例", "/disclosures?q=示例&from=2099-01-01", "/disclosures?sort=strange"),
    "/disclosures/{id}": (
        "/disclosures/{record}", "/disclosures/{revised}", "/disclosures/{revised}?revision=1&all=1", "/disclosures/{long}?all=1",
        "/disclosures/{withdrawn}", "/disclosures/{private}", "/disclosures/530114-0000000000000000",
    ),
    "/disclosures/{id}/report": ("/disclosures/{record}/report",),
    "/processes/{id}": ("/processes/{process}",),
    "/answers/new": ("/answers/new?type=land/grant-result&from=2024",),
    "/answers/{key}": ("/answers/{answer}",),
    "/editions": ("/editions",),
    "/editions/{edition}": ("/editions/{edition}",),
    "/editions/{edition}/{path:path}": ("/editions/{edition}/land",),
    "/organizations": ("/organizations", "/organizations?q=示例", "/organizations?q=没有这样的名称"),
    "/organizations/{id}": ("/organizations/{company}", "/organizations/{long_company}"),
    "/publishers": ("/publishers?region=530000", "/publishers?q=没有这样的名称"),
    "/publishers/{id}": ("/publishers/{publisher}",),
    "/regions": ("/regions", "/regions?q=昆明"),
    "/regions/{code}": ("/regions/530000", "/regions/542523"),
    "/statistics": ("/statistics?by=domain&by=year", "/statistics?by=domain&from=2099-01-01"),
    "/datasets": ("/datasets",),
    "/datasets/{domain}": ("/datasets/land",),
    "/datasets/{domain}/{name}": ("/datasets/land/grant-result",),
    "/standard/": ("/standard/",),
    "/standard/catalogue": ("/standard/catalogue",),
    "/standard/codelists/": ("/standard/codelists/",),
    "/standard/codelists/{name}": ("/standard/codelists/land-use",),
    "/standard/{domain}/{name}": ("/standard/procurement/award-result",),
    "/standard/{domain}/{name}/{version}": ("/standard/oversight/nil-statement/1.0",),
    "/validate": ("/validate",),
    "/submissions": ("/submissions",),
    "/submissions/{id}": ("/submissions/s-0123456789abcdef",),
}  # fmt: skip
# What answers no page of its own.
FILES = frozenset(
    (
        "/graphql",  # GraphiQL, of others: tests/browser/test_graphiql.py
        "/suggest",  # a part of a page: tests/browser/test_portal.py
        "/graphql/schema.graphql", "/developers/{name}", "/datasets/{path}", "/disclosures.{ending}", "/changes.jsonl", "/changes",
        "/answers/{key}.{suffix}", "/editions/{edition}/{path}.{ending}", "/disclosures.atom", "/graphql.atom", "/ocds/", "/ocds/releases.json", "/ocds/releases.jsonl",
        "/ocds/releases/{id}.json", "/ocds/records.json", "/ocds/records/{id}.json", "/ocds/extension/{file:path}", "/datapackage.json",
        "/datasets/{path:path}/datapackage.json", "/catalog.{suffix}", "/statistics.{suffix}", "/sitemap.xml", "/sitemaps/{name}.xml",
        "/robots.txt", "/graphiql/{name}", "/schemas/", "/schemas/{domain}/{name}/CHANGELOG.md", "/schemas/{folder}/{file}",
        "/schemas/{domain}/{name}/{file}", "/codelists/", "/codelists/{file}", "/standard.zip", "/standard/catalogue.{suffix}",
        "/static/{name}", "/templates/{domain}/{file}", "/healthz", "/readyz",
    )
)  # fmt: skip


def asked(routes: Iterable[BaseRoute]) -> set[str]:
    """The paths of the routes that can be asked by GET."""
    return {one.path for one in routes if isinstance(one, Route) and "GET" in (one.methods or ())}
