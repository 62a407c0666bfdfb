"""Numbers of persons come out of nothing that the project has: every command and every address is listed here.

A new one fails `test_every_way_out_is_listed` until it is asked below, or named with the reason why it cannot tell.
"""

import hashlib
import io
import json
import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import openpyxl
import psycopg
import pytest
import typer
from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)
from sqlalchemy import Engine, text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.answers import Answers
from api.app import application
from api.editions import Editions
from api.limits import Limits
from api.operation import Request, Service
from api.problems import Problems
from api.submissions import Submissions
from api.subscriptions import Subscriptions
from cli.main import app as command
from cli.main import main
from publish.editions import Holdings
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store import keys, migrate, tables
from store.engine import connect, writing
from tests.cli.test_planted import (
    HEADINGS,
    MOBILE,
    MOBILE_TOO,
    NAME,
    PLANTED,
    PUBLISHER,
    RESIDENT,
    TYPE,
    found_in,
    full_width,
    rows,
)

# What a command is asked: its arguments, with names for the file, the database and a record.
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "check": (
        ("{file}", "--type", TYPE, "--publisher", RESIDENT),
        ("{file}", "--type", TYPE, "--publisher", PUBLISHER, "--json", "--marked", "{marked}"),
    ),
    "load": (("{file}", "--type", TYPE, "--publisher", PUBLISHER, "{database}"),),
    "map": (("{file}", "--json", "-o", "{profile}", "--type", TYPE), ("{file}", "--yes", "-o", "{profile}2", "--type", TYPE)),
    "query": (("{ disclosures(first: 40) { nodes { title revisions { document changes { path before after } } } } }", "{database}"),
              (f'{{ disclosures(search: "{RESIDENT}") {{ nodes {{ title{RESIDENT} }} }} }}', "{database}")),
    "refused": (("--all", "--first", "100", "{database}"), ("--all", "--json", "{database}"), ("--rates", "{database}"),
                ("--publisher", RESIDENT, "{database}")),
    "history": (("{record}", "{database}"), ("{record}", "--json", "{database}"), (RESIDENT, "{database}")),
    "source": (("{record}", "{database}"), ("{record}", "--json", "{database}")),
    "withdraw": (("{record}", "--reason", f"示例:有身份证号{RESIDENT}和{MOBILE}", "{database}"), (RESIDENT, "--reason", "x", "{database}")),
    "organizations suggest": (("{database}",), ("--json", "{database}")),
    "organizations list": (("{database}",), ("--json", "{database}"), ("--state", RESIDENT, "{database}")),
    "organizations accept": (("1", "--by", f"示例{RESIDENT}", "{database}"),),
    "organizations reject": (("1", "--by", f"示例{MOBILE}", "--json", "{database}"),),
    "export": (("everything.jsonl", "-o", "{exported}", "{database}"), (f"disclosures.csv?q={RESIDENT}", "-o", "{exported}", "--json", "{database}"),
               (f"land.csv?year={RESIDENT}", "{database}"), (f"{RESIDENT}.csv", "{database}")),
    "reindex": (("{database}",),),
    "keys create": (("--publisher", PUBLISHER, "--name", f"示例{RESIDENT}", "--region", "530114", "--types", TYPE, "--note", f"示例{MOBILE}", "--json", "{database}"),),
    "keys list": (("{database}",), ("--json", "{database}")),
    "keys log": (("{database}",), ("--json", "{database}")),
    "webhooks create": (("https://receiver.example/", "--note", f"示例{RESIDENT}", "--json", "{database}"), (f"https://{RESIDENT}@x/", "{database}"),
                        ("https://receiver.example/", "--list", f"domain={RESIDENT}", "{database}")),
    "answers": (("{database}",), ("--json", "{database}")),
    "editions make": (("--folder", "{editions}", "--format", "jsonl", "--format", "csv", "{database}"), ("--folder", "{editions}", "--json", RESIDENT, "{database}"),
                      ("--folder", "{editions}", "--format", RESIDENT, "{database}")),
    "editions list": (("--folder", "{editions}", "{database}"), ("--folder", "{editions}", "--json", "{database}")),
    "editions check": (("--folder", "{editions}", "{database}"), ("--folder", "{editions}", "--json", "{database}")),
    "problems list": (("{database}",), ("--all", "--json", "{database}")), "problems close": ((RESIDENT, "{database}"),),
    "webhooks list": (("{database}",), ("--json", "{database}")),
    "webhooks revoke": ((RESIDENT, "{database}"),), "webhooks resume": ((RESIDENT, "{database}"),), "webhooks test": ((RESIDENT, "{database}"),),
}  # fmt: skip
_CATALOG = "says what the catalog has, and reads no department's data"
COMMANDS_APART = {
    **dict.fromkeys(
        ("types", "profiles", "template", "schemas diff", "schemas release", "schemas export", "graphql schema", "graphql diff", "graphql release"),
        _CATALOG,
    ),
    "schemas impact": "counts records",
    "webhooks deliver": "tells an endpoint's id, host and outcome; what it sends is what /changes tells",
    "init": "makes tables", "demo": "loads what it makes up", "keys revoke": "tells the key's own id",
    "serve": "answers at the addresses below; its log is looked at in test_planted",
}  # fmt: skip

JSON_TYPE = {"Content-Type": "application/json"}
_FILE = f"type={TYPE}&file={quote(NAME)}&publisher={PUBLISHER}"
# (method, address, body or the fields of a form, headers); `{file}` is the file with what was planted.
ADDRESSES: dict[str, tuple[tuple[str, str, str | dict[str, str], dict[str, str]], ...]] = {
    "/graphql": (
        ("GET", f"/graphql?query=%7B+x{RESIDENT}+%7D", "", {}),
        ("GET", f"/graphql?query={quote('{ disclosures(search: ' + chr(34) + RESIDENT + chr(34) + ') { totalCount } }')}", "", {}),
        ("GET", f"/graphql?documentId={RESIDENT}", "", {}),
        ("POST", "/graphql", f'{{"query": "{{ {RESIDENT}"}}', JSON_TYPE),
        ("POST", "/graphql", json.dumps({"query": "query ($n: Int) { disclosures(first: $n) { totalCount } }", "variables": {"n": RESIDENT}}), JSON_TYPE),
        ("POST", "/graphql", json.dumps({"query": "{ a: dataVersion }", "operationName": RESIDENT}), JSON_TYPE),
        ("POST", "/graphql", f'{{"a": {RESIDENT}', JSON_TYPE),
        ("POST", "/graphql", "x", {"Content-Type": f"text/x-{RESIDENT}"}),
        ("PUT", f"/graphql?{RESIDENT}", "", {}),
    ),
    "/": (("GET", f"/?{RESIDENT}={RESIDENT}", "", {"Accept": "text/html"}),),
    "/disclosures": tuple(
        ("GET", f"/disclosures?{asked}", "", {"Accept": "text/html"})
        for asked in ("", f"q={RESIDENT}", f"q=x+{MOBILE}", f"organization={RESIDENT}", f"sort={RESIDENT}", f"after={RESIDENT}",
                      f"{RESIDENT}=", f"region={RESIDENT}", f"lang={RESIDENT}")
    ),
    **{
        path: tuple(
            ("GET", f"{path}?{asked}", "", {"Accept": "text/html"})
            for asked in ("", f"q={RESIDENT}", f"q=x+{MOBILE}", f"region={RESIDENT}", f"after={RESIDENT}", f"by={RESIDENT}",
                          f"measure={RESIDENT}", f"organization={RESIDENT}", f"{RESIDENT}=1", f"lang={RESIDENT}")
        )
        for path in ("/organizations", "/publishers", "/regions", "/statistics")
    },
    "/organizations/{id}": (("GET", f"/organizations/{RESIDENT}", "", {"Accept": "text/html"}),),
    "/publishers/{id}": (("GET", f"/publishers/{RESIDENT}", "", {"Accept": "text/html"}),),
    "/regions/{code}": (("GET", f"/regions/{RESIDENT}", "", {"Accept": "text/html"}), ("GET", f"/regions/530114?measure={RESIDENT}", "", {})),
    "/statistics.{suffix}": tuple(("GET", f"/statistics.{rest}", "", {}) for rest in (f"csv?by={RESIDENT}", f"json?by=domain&q={RESIDENT}", f"{RESIDENT}?by=domain")),
    "/validate": (
        ("GET", f"/validate?type={RESIDENT}", "", {"Accept": "text/html"}),
        *(("POST", f"/validate?{_FILE}&answer={form}", "{file}", {}) for form in ("json", "csv", "html", "page", "events")),
        ("POST", f"/validate?{_FILE}&profile={RESIDENT}", "{file}", {}),
        ("POST", f"/validate?{_FILE}&profile={RESIDENT}", "{file}", {"Accept": "text/html"}),
        ("POST", f"/validate?type={RESIDENT}&file=a.csv", "{file}", {}),
    ),
    "/submissions": (
        ("POST", f"/submissions?type={TYPE}", "{file}", {"Content-Type": "text/csv", "Authorization": "{key}"}),
        ("POST", f"/submissions?type={RESIDENT}", "x", {"Content-Type": "text/csv", "Authorization": "{key}"}),
        ("POST", f"/submissions?profile={RESIDENT}", "x", {"Content-Type": f"text/{RESIDENT}", "Authorization": "{key}"}),
        ("POST", "/submissions", "x", {"Content-Type": "text/csv", "Authorization": f"Bearer {RESIDENT}"}),
        ("POST", "/submissions", {"key": "{key}", "file": "{file}", "sha256": "{sha256}", "type": TYPE}, {}),
        ("POST", "/submissions", {"key": "{key}", "file": "{file}", "sha256": RESIDENT, "type": RESIDENT}, {}),
        ("GET", "/submissions", "", {"Authorization": "{key}"}),
        ("GET", f"/submissions?{RESIDENT}={RESIDENT}", "", {"Accept": "text/html"}),
    ),
    "/submissions/preview": (
        ("POST", "/submissions/preview", {"key": "{key}", "file": "{file}", "sha256": "{sha256}", "type": TYPE}, {}),
        ("POST", "/submissions/preview", {"key": RESIDENT, "file": "{file}", "sha256": RESIDENT}, {}),
    ),
    "/submissions/mine": (("POST", "/submissions/mine", {"key": "{key}"}, {}), ("GET", f"/submissions/mine?{RESIDENT}", "", {})),
    "/submissions/statements": (
        ("POST", "/submissions/statements", {"key": "{key}", "type": RESIDENT, "remark": MOBILE, "token": RESIDENT}, {}),
    ),
    "/submissions/withdrawals": (
        ("POST", "/submissions/withdrawals", {"key": "{key}", "record": RESIDENT, "reason": f"有{RESIDENT}", "kind": "ordinary"}, {}),
        ("POST", "/submissions/withdrawals", json.dumps({"record": RESIDENT, "reason": f"有{RESIDENT}"}), {**JSON_TYPE, "Authorization": "{key}"}),
        ("POST", "/submissions/withdrawals", '{"record": "{record}", "reason": "示例:有' + RESIDENT + '"}', {**JSON_TYPE, "Authorization": "{key}"}),
    ),
    "/submissions/{id}": (
        ("GET", f"/submissions/{RESIDENT}", "", {"Authorization": "{key}"}),
        ("GET", "{receipt}", "", {"Authorization": "{key}"}),
        ("POST", "{receipt}", {"key": "{key}"}, {}),
        ("POST", "{receipt}", {"key": "{key}", "answer": "json"}, {}),
    ),
    "/disclosures/{id}": (
        ("GET", "/disclosures/{record}", "", {}), ("GET", f"/disclosures/{RESIDENT}", "", {}),
        ("GET", f"/disclosures/{RESIDENT}", "", {"Accept": "text/html"}), ("GET", "/disclosures/{record}", "", {"Accept": "text/html"}),
        ("GET", "/disclosures/{record}.json", "", {}), ("GET", f"/disclosures/{{record}}?revision={RESIDENT}", "", {"Accept": "text/html"}),
        ("GET", "/disclosures/{record}?revision=1&all=1", "", {"Accept": "text/html"}),
    ),
    "/suggest": tuple(("GET", f"/suggest?q={asked}", "", {"Accept": form}) for asked in (RESIDENT, MOBILE, "示例") for form in ("text/html", "*/*")),
    "/processes/{id}": (("GET", f"/processes/{RESIDENT}", "", {"Accept": "text/html"}), ("GET", f"/processes/{RESIDENT}", "", {})),
    "/ocds/releases/{id}.json": (
        ("GET", "/ocds/releases/{record}.json", "", {}), ("GET", f"/ocds/releases/{RESIDENT}.json", "", {}),
    ),
    "/ocds/records/{id}.json": (("GET", f"/ocds/records/{RESIDENT}.json", "", {}),),
    "/ocds/releases.json": (
        ("GET", f"/ocds/releases.json?{RESIDENT}={RESIDENT}", "", {}), ("GET", f"/ocds/releases.json?q={RESIDENT}", "", {}),
        ("GET", f"/ocds/releases.json?after={RESIDENT}", "", {}), ("GET", f"/ocds/releases.json?type={RESIDENT}", "", {}),
    ),
    "/ocds/releases.jsonl": (("GET", f"/ocds/releases.jsonl?q={RESIDENT}", "", {}), ("GET", "/ocds/releases.jsonl", "", {})),
    "/ocds/records.json": (("GET", "/ocds/records.json", "", {}), ("GET", f"/ocds/records.json?q={RESIDENT}", "", {})),
    "/ocds/extension/{file:path}": (("GET", f"/ocds/extension/{RESIDENT}", "", {}),),
    "/datapackage.json": (("GET", "/datapackage.json", "", {}),),
    "/datasets/{path:path}/datapackage.json": (
        ("GET", f"/datasets/{TYPE}/datapackage.json", "", {}), ("GET", f"/datasets/{RESIDENT}/datapackage.json", "", {}),
    ),
    "/catalog.{suffix}": (("GET", "/catalog.ttl", "", {}), ("GET", f"/catalog.{RESIDENT}", "", {})),
    "/datasets": (("GET", f"/datasets?{RESIDENT}", "", {"Accept": "text/html"}),),
    "/datasets/{domain}": (("GET", f"/datasets/{RESIDENT}", "", {"Accept": "text/html"}), ("GET", "/datasets/land", "", {})),
    "/datasets/{domain}/{name}": (
        ("GET", f"/datasets/{TYPE}", "", {"Accept": "text/html"}), ("GET", f"/datasets/{RESIDENT}/{RESIDENT}", "", {}),
    ),
    "/sitemap.xml": (("GET", "/sitemap.xml", "", {}),),
    "/sitemaps/{name}.xml": (
        ("GET", f"/sitemaps/{RESIDENT}.xml", "", {}), ("GET", "/sitemaps/publishers-1.xml", "", {}),
        ("GET", "/sitemaps/processes-1.xml", "", {}), ("GET", "/sitemaps/disclosures-0.xml", "", {}),
    ),
    "/robots.txt": (("GET", "/robots.txt", "", {}),),
    "/readyz": (("GET", "/readyz", "", {}),),
    "/datasets/{path}": (
        *(("GET", f"/datasets/everything.{one}", "", {}) for one in ("csv", "csv.zip", "jsonl", "xlsx", "parquet.zip", "sqlite", "size", "csv.sha256")),
        ("GET", f"/datasets/{TYPE}.csv", "", {}), ("GET", f"/datasets/{RESIDENT}.csv", "", {}), ("GET", f"/datasets/land.csv?year={RESIDENT}", "", {}),
        ("GET", f"/datasets/land.t{RESIDENT}.csv", "", {"Accept": "text/html"}), ("GET", f"/datasets/land.csv?{RESIDENT}={RESIDENT}", "", {}),
    ),
    "/disclosures.{ending}": (
        ("GET", "/disclosures.jsonl", "", {}), ("GET", f"/disclosures.csv?q={RESIDENT}", "", {}), ("GET", f"/disclosures.csv?domain={RESIDENT}", "", {}),
        ("GET", f"/disclosures.size?filter=%7B%22a%22:%22{RESIDENT}%22%7D", "", {}),
    ),
    "/changes.jsonl": (
        ("GET", "/changes.jsonl?since=0", "", {}), ("GET", f"/changes.jsonl?since={RESIDENT}", "", {}), ("GET", f"/changes.jsonl?since=x{RESIDENT}", "", {}),
    ),
    "/disclosures.atom": (
        ("GET", "/disclosures.atom", "", {}), ("GET", f"/disclosures.atom?q={RESIDENT}", "", {}),
        ("GET", f"/disclosures.atom?domain={RESIDENT}", "", {}), ("GET", f"/disclosures.atom?after={RESIDENT}", "", {}),
    ),
    "/graphql.atom": (
        ("GET", "/graphql.atom?query=%7Bdisclosures%7Bnodes%7Bid%7D%7D%7D", "", {}), ("GET", f"/graphql.atom?query={RESIDENT}", "", {}),
        ("GET", f"/graphql.atom?documentId={RESIDENT}", "", {}), ("GET", "/graphql.atom?query=%7Bdisclosures(search:" + f"%22{RESIDENT}%22)%7Bnodes%7Bid%7D%7D%7D", "", {}),
    ),
    "/disclosures/{id}/report": (
        ("GET", "/disclosures/{record}/report", "", {"Accept": "text/html"}), ("GET", f"/disclosures/{RESIDENT}/report", "", {}),
        ("POST", "/disclosures/{record}/report", f"kind=wrong&text={quote('示例:' + RESIDENT + '和' + MOBILE)}", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("POST", "/disclosures/{record}/report", f"kind={RESIDENT}&text={RESIDENT}", {"Content-Type": "application/x-www-form-urlencoded"}),
    ),
    # What it tells is what /changes.jsonl has.
    "/changes": (("GET", f"/changes?since={RESIDENT}", "", {}), ("GET", f"/changes?domain={RESIDENT}", "", {})),
    "/answers/new": (
        ("GET", f"/answers/new?q={RESIDENT}", "", {"Accept": "text/html"}), ("POST", f"/answers/new?q={RESIDENT}", "", {}),
        ("POST", f"/answers/new?domain={RESIDENT}", "", {}), ("POST", "/answers/new", json.dumps({"query": f"{{ x{RESIDENT} }}"}), JSON_TYPE),
        ("POST", f"/answers/new?type={TYPE}", "", {}), ("GET", f"/answers/new?type={TYPE}", "", {}),
        ("POST", "/answers/new", json.dumps({"query": "{ disclosures(first: 40) { nodes { title revisions { document } } } }"}), JSON_TYPE),
    ),
    "/answers/{key}": (("GET", f"/answers/{RESIDENT}", "", {}), ("GET", "{answer}", "", {}), ("GET", "{answer}", "", {"Accept": "text/html"})),
    "/editions": (("GET", f"/editions?{RESIDENT}", "", {}), ("GET", f"/editions?lang={RESIDENT}", "", {"Accept": "text/html"})),
    "/editions/{edition}": (("GET", f"/editions/{RESIDENT}", "", {}), ("GET", "{edition}", "", {}), ("GET", "{edition}", "", {"Accept": "text/html"})),
    "/editions/{edition}/{path}.{ending}": (("GET", f"/editions/{RESIDENT}/{RESIDENT}.csv", "", {}), ("GET", "{edition}/everything.jsonl", "", {}), ("GET", "{edition}/everything.csv", "", {})),
    "/editions/{edition}/{path:path}": (("GET", f"/editions/{RESIDENT}/{RESIDENT}", "", {}), ("GET", "{edition}/everything", "", {}), ("GET", "{edition}/everything", "", {"Accept": "text/html"})),
    "/answers/{key}.{suffix}": (
        ("GET", f"/answers/{RESIDENT}.{RESIDENT}", "", {}), ("GET", "{answer}.jsonl", "", {}), ("GET", "{answer}.csv", "", {}),
    ),
}  # fmt: skip
# The same for all: what stands in the address, in an answer to machines and in a page.
NOWHERE = ("/{}", "/standard/land/{}", "/standard/codelists/{}", "/standard/catalogue.{}", "/schemas/land/grant-result/{}", "/schemas/a/{}",
           "/codelists/{}", "/templates/land/{}", "/static/{}", "/graphiql/{}", "/schemas/{}/x/CHANGELOG.md", "/standard/land/grant-result/{}")  # fmt: skip
ADDRESSES_APART = dict.fromkeys(
    ("/developers", "/developers/{name}", "/departments", "/graphql/schema.graphql", "/graphiql/{name}", "/static/{name}", "/standard.zip", "/standard/", "/standard/catalogue",
     "/standard/catalogue.{suffix}", "/standard/codelists/", "/standard/codelists/{name}", "/standard/{domain}/{name}",
     "/standard/{domain}/{name}/{version}", "/schemas/", "/schemas/{domain}/{name}/CHANGELOG.md", "/schemas/{folder}/{file}",
     "/schemas/{domain}/{name}/{file}", "/codelists/", "/codelists/{file}", "/templates/{domain}/{file}", "/healthz", "/ocds/"),
    "made of the catalog or of the program's own files, for every department the same",
)  # fmt: skip


def commands() -> Iterator[str]:
    """Every command by its words."""
    group = typer.main.get_command(command)
    for name, one in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(one, "commands", None)
        yield from [name] if below is None else [f"{name} {inner}" for inner in below]


def run(catalog: Catalog, *arguments: str) -> str:
    """What the command says in this process, on both its outputs."""
    said, opened = io.StringIO(), []

    def opening(url: str, **options: Any) -> Engine:
        opened.append(connect(url, **options))
        return opened[-1]

    with (
        redirect_stdout(said), redirect_stderr(said), patch.object(sys, "argv", ["openalloc", *arguments]),
        patch.object(Catalog, "load", lambda *_: catalog), patch.object(migrate, "connect", opening),
    ):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (0, 1, 2, None), said.getvalue()
    for engine in opened:
        engine.dispose()
    return said.getvalue()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, catalog: Catalog
) -> Iterator[SimpleNamespace]:
    """A folder with the file, and a database into which it was loaded twice, changed; what the commands said."""
    folder = tmp_path_factory.mktemp("leaks")
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), folder / "openalloc.db")
        url = f"sqlite:///{path}"
    else:
        uri: Callable[[str], str] = request.getfixturevalue("postgresql_uri")
        template = request.getfixturevalue("postgresql_template")
        with psycopg.connect(uri("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE leaks TEMPLATE {template} STRATEGY file_copy")
        url = uri("leaks")
    made = SimpleNamespace(folder=folder, url=url, engine=connect(url), said={})
    for remark in (f"电话{MOBILE}", f"电话{MOBILE}，又{full_width(MOBILE_TOO)}"):
        (folder / NAME).write_text("\n".join([HEADINGS, *rows(remark)]) + "\n", "utf-8")
        run(catalog, "load", str(folder / NAME), "--type", TYPE, "--publisher", PUBLISHER, "--database", url)
    with made.engine.connect() as connection:
        made.record = connection.scalar(text("SELECT id FROM disclosure WHERE revision = 2 ORDER BY id"))
    yield made
    made.engine.dispose()


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of webhooks is made here."""
    monkeypatch.setenv("OPENALLOC_WEBHOOK_KEY_FILE", str(tmp_path / "key"))


def filled(argument: str, place: SimpleNamespace) -> tuple[str, ...]:
    if argument == "{database}":
        return ("--database", place.url)
    known = {
        "{file}": str(place.folder / NAME), "{marked}": str(place.folder / "marked.xlsx"), "{record}": place.record,
        "{profile}": str(place.folder / "a.toml"), "{profile}2": str(place.folder / "b.toml"), "{exported}": str(place.folder / "exported"),
        "{editions}": str(place.folder / "editions"),
    }  # fmt: skip
    return (known.get(argument, argument),)


def test_every_way_out_is_listed(catalog: Catalog, sqlite_template: Path) -> None:
    assert set(commands()) == {*COMMANDS, *COMMANDS_APART}
    assert not set(COMMANDS) & set(COMMANDS_APART)
    engine = connect(f"sqlite:///{sqlite_template}")
    made = application(catalog, engine, submissions=Submissions(catalog, engine))
    listed = {*ADDRESSES, *ADDRESSES_APART}
    assert {route.path for route in made.routes} == listed  # type: ignore[attr-defined]
    assert not set(ADDRESSES) & set(ADDRESSES_APART)
    engine.dispose()


def everything(schema: Any, root: str, below: int = 2) -> str:
    """A query for all that a list has, and what its objects lead to."""

    def selected(type_: Any, deep: int) -> str:
        parts = ["__typename"]
        for name, field in type_.fields.items():
            inner = get_named_type(field.type)
            if any(isinstance(one.type, GraphQLNonNull) for one in field.args.values()) or name == "asOf":
                continue
            if is_leaf_type(inner):
                parts.append(name)
            elif deep and name not in ("statistics", "facets", "prices", "highlights"):
                page = "(first: 3)" if "first" in field.args else ""
                parts.append(f"{name}{page} {{ {selected(inner, deep - (0 if page else 1))} }}" if not page else
                             f"{name}{page} {{ nodes {{ {selected(inner.fields['nodes'].type.of_type.of_type.of_type, deep - 1)} }} }}")  # fmt: skip
        return " ".join(parts)

    node = schema.query_type.fields[root].type.of_type.fields["nodes"].type.of_type.of_type.of_type
    assert isinstance(node, GraphQLObjectType | GraphQLInterfaceType)
    return f"{{ {root}(first: 40) {{ nodes {{ {selected(node, below)} }} }} }}"


ROOTS = ("disclosures", "landGrantResults", "organizations", "processes", "publishers", "changes", "items")
NO_LIMIT = Limits(depth=99, nodes=10**9, rows=10**12, tokens=10**6, body=10**9, statement_seconds=60.0)


def test_no_query_has_them(place: SimpleNamespace, catalog: Catalog) -> None:
    service = Service(catalog, place.engine, NO_LIMIT)
    for root in ROOTS:
        body = service.answer(Request(everything(service.schema, root))).body
        nodes = json.loads(body)["data"][root]["nodes"]
        assert nodes or root == "items", root
        assert found_in(body) == [], root
    subscriptions = Subscriptions(service)
    query = 'subscription { disclosureAdded(after: "0") { title changes(first: 9) { nodes { snapshot { document changes { before after } } } } } }'
    begun, _ = subscriptions._begin(Request(query), "", None)
    told = subscriptions._look(begun, 0).told
    assert told
    assert [found_in(one.body) for one in told] == [[]] * len(told)


def test_no_command_says_them(place: SimpleNamespace, catalog: Catalog) -> None:
    for words, several in COMMANDS.items():
        for arguments in several:
            if "sqlite" in place.url and "{database}" not in arguments:
                continue  # what knows no database says the same beside any
            given = [one for argument in arguments for one in filled(argument, place)]
            said = run(catalog, *words.split(), *given)
            assert said, words
            assert found_in(said) == [], (words, arguments)
    editions = [*(place.folder / "editions").glob("*/*")]
    assert editions
    for written in (*place.folder.glob("*.toml"), place.folder / "exported", *editions):
        assert found_in(written.read_text("utf-8")) == []


def test_a_marked_workbook_has_nothing_beside_what_its_sender_wrote(tmp_path: Path, catalog: Catalog) -> None:
    """It is the sender's own file: its cells stay; what is added to them repeats none of it."""
    file, marked = tmp_path / NAME, tmp_path / "marked.xlsx"
    file.write_text("\n".join([HEADINGS, *rows(f"电话{MOBILE}")]) + "\n", "utf-8")
    run(catalog, "check", str(file), "--type", TYPE, "--publisher", PUBLISHER, "--marked", str(marked))
    book = openpyxl.load_workbook(marked)
    added = []
    for sheet in book:
        for row in sheet.iter_rows():
            added += [cell.comment.text for cell in row if cell.comment]
            if sheet.title != "数据":
                added += [str(cell.value) for cell in row if cell.value is not None]
    assert len(added) > 10
    assert [one for one in added if found_in(one)] == []


def test_no_table_and_no_file_of_the_database_has_them(place: SimpleNamespace, postgresql_files: Callable[[str], bytes]) -> None:  # fmt: skip
    with place.engine.connect() as connection:
        names = [*tables.metadata.tables, "search_name", "search_text" if "sqlite" in place.url else "search"]
        for name in names:
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):
                assert found_in(str(row)) == [], name
    if "sqlite" in place.url:
        kept = b"".join(one.read_bytes() for one in place.folder.glob("openalloc.db*"))
    else:
        kept = postgresql_files("leaks")
    assert b"530102************" in kept
    assert [one for one in PLANTED if one.encode() in kept] == []


@pytest.fixture(scope="module")
def served(place: SimpleNamespace, catalog: Catalog) -> Iterator[tuple[Starlette, TestClient, str]]:
    """The application over it, taking submissions, and a key."""
    with ExitStack() as stack:
        submissions = Submissions(catalog, connect(place.url))
        answers = Answers.of(place.engine, 10_000_000, None)
        editions = Editions(place.engine, Holdings(place.folder / "editions"))
        made = application(
            catalog, place.engine, submissions=submissions, answers=answers, reports=Problems(place.engine), editions=editions,
        )  # fmt: skip
        files = ("--format", "jsonl", "--format", "csv", "--folder", str(editions.holdings.folder))
        run(catalog, "editions", "make", "everything", *files, "--database", place.url)
        with writing(place.engine) as connection:
            _, secret = keys.create(
                connection, publisher=PUBLISHER, publisher_name=None, region="530114", types=(TYPE,), note="",
                now=utc_now(), expires_at=utc_now() + timedelta(days=1),
            )  # fmt: skip
        stack.callback(submissions.close)
        stack.callback(made.state.checkers.close)
        yield made, TestClient(made, raise_server_exceptions=False), secret


def test_no_address_answers_them(place: SimpleNamespace, served: tuple[Starlette, TestClient, str], caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    _, client, secret = served
    file, receipt, kept = (place.folder / NAME).read_bytes(), "/submissions/x", "/answers/x"
    edition = f"/editions/{client.get('/editions').json()['editions'][0]['edition']}"
    caplog.set_level(logging.DEBUG, "openalloc")
    asked = [one for several in ADDRESSES.values() for one in several]
    asked += [
        ("GET", path.format(RESIDENT), "", {"Accept": form})
        for path in NOWHERE
        for form in ("*/*", "text/html")
    ]
    statuses = set()
    known = {"{key}": secret, "{sha256}": hashlib.sha256(file).hexdigest()}
    for method, address, body, headers in asked:
        read = "{file}" in (body.values() if isinstance(body, dict) else (body,))
        if "sqlite" in place.url and read:
            continue  # what reads files knows no database
        headers = {name: f"Bearer {secret}" if value == "{key}" else value for name, value in headers.items()}
        sent: dict[str, Any] = {"content": file if body == "{file}" else body}
        if isinstance(body, dict):
            fields = {
                name: (None, known.get(value, value)) for name, value in body.items() if value != "{file}"
            }
            sent = {"files": {**fields, **({"file": (NAME, file)} if read else {})}}
        elif body != "{file}":
            sent = {"content": body.replace("{record}", place.record).encode()}
        answer = client.request(
            method,
            address.replace("{receipt}", receipt)
            .replace("{record}", place.record)
            .replace("{answer}", kept)
            .replace("{edition}", edition),
            headers=headers,
            **sent,
        )
        statuses.add(answer.status_code)
        if address == f"/answers/new?type={TYPE}" and method == "POST":
            kept = answer.headers["location"]
        if body == "{file}":
            receipt = answer.headers.get("location", receipt)
        said = answer.content + str(dict(answer.headers)).encode()
        assert found_in(said) == [], (method, address, answer.status_code)
    assert {200, 400, 401, 404, 405, 415} <= statuses
    assert found_in(caplog.text) == []


def test_what_nobody_expected_tells_and_logs_none_of_them(served: tuple[Starlette, TestClient, str], caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    made, client, _ = served
    service: Service = made.state.service
    fault = RuntimeError(" ".join(PLANTED))
    with patch.object(service.runner, "fetch", side_effect=fault):
        answer = client.get("/graphql?query=%7Bdataversion:dataVersion%7D")
    assert answer.status_code == 500
    assert found_in(answer.content) == []
    assert "RuntimeError" in caplog.text
    assert found_in(caplog.text) == []
