"""Numbers of persons in a file come out nowhere: no table's bytes, no answer, no report, no log has their figures."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from schemas.catalog import Catalog
from tests.serving import ROOT, serving

PUBLISHER = "11530114MB0W00017C"
TYPE = "land/grant-result"
HEADINGS = "宗地编号,成交价(元),成交日期,受让人,受让人统一社会信用代码,备注,受让人地址,身份证号,内部13911110000,公开时间"
NAME = "成交结果530102199003070016.csv"
# Invented: right check digits, or words that tell what they are.
RESIDENT, RESIDENT_TOO, WRONG, OLD = (
    "530102199003070016",
    "530102195601010023",
    "530102199003070019",
    "530102900307001",
)
CARD, MOBILE, MOBILE_TOO, HEADED = "6222000000000000004", "13911112222", "13933334444", "13911110000"
PASSPORT, HOUSE, HOUSE_TOO = "E12345678", "示例小区3栋2单元501", "示例村7组18号"
PLANTED = (RESIDENT, RESIDENT_TOO, WRONG, OLD, CARD, MOBILE, MOBILE_TOO, HEADED, PASSPORT, HOUSE, HOUSE_TOO)


def apart(number: str, *sizes: int, gap: str = " ") -> str:
    """The number in groups."""
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return gap.join(one for one in (*parts, number[at:]) if one)


def full_width(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) for one in text)


def rows(remark: str) -> list[str]:
    """Rows that are stored, with and without something masked, and rows that are refused for several reasons."""
    day = "2024-06-18"
    return [
        f"A-1,100,{day},示例甲（{RESIDENT}）,,{remark},,{RESIDENT},{MOBILE},{day}",
        f"A-2,100,{day},示例乙丙,,身份证号:{apart(RESIDENT_TOO, 6, 8)}；卡号{apart(CARD, 4, 4, 4, 4)},昆明市示例区{HOUSE}室,,,{day}",
        f"A-3,100,{day},云南示例有限公司,{RESIDENT},x,,,,{day}",
        f"{RESIDENT},100,{day},云南示例有限公司,,x,,,,{day}",
        f"A-5,{RESIDENT},{day},云南示例有限公司,,x,,,,{day}",
        f"A-6,很多{apart(MOBILE, 3, 4, gap='-')},{day},云南示例有限公司,,户籍地址:{HOUSE_TOO},,{OLD},{WRONG},{day}",
        f"A-7,100,{'长' * 70}{RESIDENT},示例丁戊,,护照号:{PASSPORT},{HOUSE}室,{full_width(RESIDENT)},{apart(RESIDENT, 6, 8, gap='-')},{day}",
        f"A-8,100,{MOBILE_TOO},云南示例有限公司,,x,,,,{day}",
    ]


def run(folder: Path, *arguments: str) -> str:
    """What the command says, on both its outputs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENALLOC")}
    command = [sys.executable, "-c", "from cli.main import main; main()", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return (done.stdout + done.stderr).decode()


def found_in(said: str | bytes) -> list[str]:
    """Which planted numbers stand in bytes, separators left out or not."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    plain = re.sub(r"[ \-\u3000]", "", text)
    return [one for one in PLANTED if one in text or one in plain]


@pytest.fixture(scope="module")
def loaded(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, catalog: Catalog
) -> tuple[Path, list[str]]:
    """A folder with a database into which files with planted numbers were loaded, one of them changed; what was said."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copy(sqlite_template, folder / "openalloc.db")
    said = []
    asked = ("--type", TYPE, "--publisher", PUBLISHER, "--database", "sqlite:///openalloc.db")
    for remark, form in ((f"电话{MOBILE}", ("--json",)), (f"电话{MOBILE}，又{full_width(MOBILE_TOO)}", ())):
        (folder / NAME).write_text("\n".join([HEADINGS, *rows(remark)]) + "\n", "utf-8")
        said.append(run(folder, "load", NAME, *form, *asked))
    said.append(run(folder, "check", NAME, "--type", TYPE, "--publisher", RESIDENT))
    sample = catalog.type(TYPE).sample
    records: list[dict[str, Any]] = [
        {**sample, "localId": "J-1", "remark": f"示例甲{RESIDENT}，{CARD}"},
        {**sample, "localId": RESIDENT_TOO},
        {**sample, "localId": "J-3", MOBILE: {"a": [int(RESIDENT), f"卡号{CARD}"]}},
        {**sample, "localId": "J-4", "sourceUrl": f"https://example.org/?id={RESIDENT}"},
    ]
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)
    (folder / "records.jsonl").write_text(lines, "utf-8")
    said.append(run(folder, "load", "records.jsonl", "--json", *asked[2:]))
    return folder, said


def test_the_command_says_none_of_them(loaded: tuple[Path, list[str]]) -> None:
    for said in loaded[1]:
        assert found_in(said) == []
    first = json.loads(loaded[1][0])
    codes = {group["code"] for group in first["groups"]}
    assert {"L051", "P020", "P021", "S035"} <= codes
    assert (first["rows"], first["refused"]) == (8, 5)


def test_no_table_has_them(loaded: tuple[Path, list[str]]) -> None:
    kept = [one for one in sorted(loaded[0].iterdir()) if one.name.startswith("openalloc.db")]
    assert kept
    for one in kept:
        assert found_in(one.read_bytes()) == []


def test_what_was_masked_can_be_seen(loaded: tuple[Path, list[str]]) -> None:
    stored = (loaded[0] / "openalloc.db").read_bytes().decode("utf-8", "replace")
    for shown in ("530102************", "139****2222", "6222***********0004", "昆明市示例区***"):
        assert shown in stored


LISTS = """{
  disclosures(first: 40) { totalCount nodes { title localId revisions { document } parties { name } } }
  landGrantResults(first: 40) { nodes { remark sourceUrl lots { parcelNumber transferee { name address uscc } } } }
  organizations(first: 40) { nodes { name } }
  changes(first: 40) { nodes { snapshot { document } } }
}"""
SEARCH = "query ($q: String!) { disclosures(search: $q, first: 5) { totalCount nodes { id } } }"


@pytest.fixture(scope="module")
def answers(
    loaded: tuple[Path, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, bytes], list[Any], Path]:
    """What a server says over it: pages and operations by name, what searches find, and its log."""
    folder = tmp_path_factory.mktemp("log")
    with serving(f"sqlite:///{loaded[0] / 'openalloc.db'}", folder) as address:
        said = {
            path: _get(f"{address}{path}")
            for path in ("/graphql/schema.graphql", "/standard/", "/developers")
        }
        said["lists"] = _ask(address, LISTS, {})
        searched = [json.loads(_ask(address, SEARCH, {"q": one})) for one in PLANTED]
        _get(f"{address}/graphql?query=%7Bnothing%7D&{RESIDENT}")
        for form in ("json", "csv", "html"):
            where = (
                f"/validate?type={TYPE}&publisher={PUBLISHER}&answer={form}&file={urllib.parse.quote(NAME)}"
            )
            said[form] = _post(f"{address}{where}", (loaded[0] / NAME).read_bytes())
    return said, searched, folder / "log"


def _get(address: str) -> bytes:
    return _post(address, None)


def _post(address: str, body: bytes | None, kind: str = "text/csv") -> bytes:
    asked = urllib.request.Request(address, body, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return bytes(error.read())


def _ask(address: str, query: str, variables: dict[str, Any]) -> bytes:
    body = json.dumps({"query": query, "variables": variables}).encode()
    return _post(f"{address}/graphql", body, "application/json")


def test_no_answer_has_them(answers: tuple[dict[str, bytes], list[Any], Path]) -> None:
    for name, said in answers[0].items():
        assert found_in(said) == [], name
    assert json.loads(answers[0]["lists"])["data"]["disclosures"]["totalCount"] >= 4
    assert json.loads(answers[0]["json"])["refused"] == 5


def test_a_search_for_them_finds_nothing(answers: tuple[dict[str, bytes], list[Any], Path]) -> None:
    assert [one["data"]["disclosures"]["totalCount"] for one in answers[1]] == [0] * len(PLANTED)


def test_the_log_has_none_of_them(answers: tuple[dict[str, bytes], list[Any], Path]) -> None:
    log = answers[2].read_bytes()
    assert log
    assert found_in(log) == []
