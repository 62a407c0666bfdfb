"""The documentation runs: queries give the answers beside them, the README's commands say what it shows.

OPENALLOC_WRITE_DOCS=1 writes the answers anew; without it the tests compare.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from api.operation import Request, Service
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import connect, writing
from store.writing import write
from tests.conftest import DATABASES, Run, copies
from tests.serving import serving

ROOT = Path(__file__).resolve().parent.parent
QUERIES = sorted((ROOT / "docs" / "queries").glob("*.md"))
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
COMMANDS = (
    "init", "check", "load", "map", "query", "types", "profiles", "template", "schemas", "schemas diff", "schemas impact",
    "schemas release", "schemas export", "graphql", "graphql schema", "graphql diff", "graphql release", "serve", "demo",
    "withdraw", "export", "refused", "history", "source", "organizations", "organizations suggest", "organizations list",
    "organizations accept", "organizations reject",
    "keys", "keys create", "keys list", "keys revoke", "keys log",
    "webhooks", "webhooks create", "webhooks list", "webhooks revoke", "webhooks resume", "webhooks test", "webhooks deliver", "answers", "editions", "editions make", "editions list", "editions check", "problems", "problems list", "problems close",
)  # fmt: skip


@pytest.fixture(scope="module", params=DATABASES)
def sampled(
    request: pytest.FixtureRequest, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Each database with the sample of every type; queries read and never write."""
    with copies(request, request.param, tmp_path_factory.mktemp("sampled")) as new:
        engine = connect(new())
        with writing(engine) as connection:
            entries = [Entry(disclosure.sample, disclosure) for disclosure in catalog.types.values()]
            write(connection, entries, catalog, None, datetime(2024, 12, 31))
        yield Service(catalog, engine)
        engine.dispose()


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_documented_query_gives_the_answer_beside_it(path: Path, sampled: Service) -> None:
    text = path.read_text("utf-8")
    blocks = dict(BLOCK.findall(text))
    variables = json.loads(blocks.get("variables", "{}"))
    answer = json.loads(sampled.answer(Request(blocks["graphql"], variables)).body)
    assert "errors" not in answer, answer
    shown = json.dumps(answer["data"], ensure_ascii=False, indent=2)
    if os.environ.get("OPENALLOC_WRITE_DOCS"):
        kept, _, _ = text.partition("```json\n")
        path.write_text(f"{kept}```json\n{shown}\n```\n", "utf-8")
        return
    assert json.loads(blocks["json"]) == answer["data"]


def test_there_are_documented_queries() -> None:
    assert len(QUERIES) >= 5


@pytest.fixture
def openalloc(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command as it is run in a wide terminal, without any settings."""
    for name in [name for name in os.environ if name.startswith("OPENALLOC")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    return run


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "docs/profiles.md",
        "docs/reading.md",
        "docs/withdrawals.md",
        "docs/organizations.md",
        "docs/webhooks.md",
        "docs/datasets.md",
        "docs/citing.md",
    ],
)
def test_the_commands_say_what_is_shown(document: str, openalloc: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / document).read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        for command in block.removeprefix("$ ").split("\n$ "):
            line, _, expected = command.partition("\n")
            program, *arguments = shlex.split(line)
            assert program == "openalloc", line
            code, said, refused = openalloc(*arguments)
            assert code in (0, 1), f"{line}\n{refused}"
            position = 0
            for wanted in filter(None, (one.strip(" …") for one in expected.splitlines())):
                found = said.find(wanted, position)
                assert found >= 0, f"{line}\ndoes not say: {wanted}\nbut:\n{said}"
                position = found + len(wanted)


def test_the_commands_for_submitting_say_what_the_document_shows(openalloc: Run, tmp_path: Path) -> None:
    """Every command of docs/submissions.md, in one shell, against a server that takes submissions."""
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    document = (ROOT / "docs" / "submissions.md").read_text("utf-8")
    steps = [
        step.partition("\n")[::2]
        for block in re.findall(r"```console\n(.*?)```", document, re.DOTALL)
        for step in block.removeprefix("$ ").split("\n$ ")
    ]
    assert openalloc("init")[0] == 0
    with serving("openalloc.db", tmp_path, options=("--submissions",)) as address:
        program = f"{shlex.quote(sys.executable)} -c 'from cli.main import main; main()'"
        script = "\n".join(
            [f'openalloc() {{ {program} "$@"; }}', "set -eu"]
            + [f"{line}\necho '--{number}--'" for number, (line, _) in enumerate(steps)]
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENALLOC")}
        done = subprocess.run(
            ["/bin/bash", "-c", script.replace("http://127.0.0.1:8000", address)], cwd=tmp_path, text=True,
            env=environment | {"PYTHONPATH": str(ROOT), "COLUMNS": "300"}, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    rest = done.stdout
    for number, (line, expected) in enumerate(steps):
        said, _, rest = rest.partition(f"--{number}--\n")
        for wanted in filter(None, (one.strip(" …") for one in expected.splitlines())):
            assert wanted in said, f"{line}\ndoes not say: {wanted}\nbut:\n{said}"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_every_command_in_both_languages(command: str, openalloc: Run) -> None:
    code, said, _ = openalloc(*command.split(), "--help")
    assert code == 0
    assert re.search("[\u4e00-\u9fff]", said)
    for option in re.findall(r"(--[a-z-]+)", said):
        assert option in said


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
