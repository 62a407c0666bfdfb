"""`/validate` over HTTP: what may be sent, what comes back, what is refused, and that nothing is kept."""

import csv
import io
import json
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api import checkers, validate
from loaders.report import SCHEMA
from schemas.catalog import Catalog

TYPE = "land/grant-result"
PUBLISHER = "11530114MB0W00017C"
HEADING = "宗地编号,出让面积(公顷),成交价(万元),受让人,成交日期"
GOOD = f"{HEADING}\nA-1,1.5,100,云南示例有限公司,2024-06-18\n"
FAULTY = (
    f"{GOOD}A-2,很大,100,云南示例有限公司,2024-06-18\nA-3,不小,=1+1,云南示例有限公司 13900000000,2024-06-18\n"
)
JSON = "application/json"


def form(content: str | bytes, name: str = "成交结果.csv", **fields: str) -> dict[str, Any]:
    """The arguments of a post with a form."""
    data = content.encode() if isinstance(content, str) else content
    return {"files": {"file": (name, data)}, "data": {"type": TYPE, "publisher": PUBLISHER, **fields}}


def codes(report: dict[str, Any]) -> dict[str, int]:
    return {group["code"]: group["count"] for group in report["groups"]}


def test_a_form_gets_the_report_of_its_file(client: TestClient, catalog: Catalog) -> None:
    answer = client.post("/validate", **form(FAULTY))
    report = answer.json()
    jsonschema.Draft202012Validator(catalog.documents[SCHEMA]).validate(report)
    assert (answer.status_code, report["file"], report["ok"]) == (200, "成交结果.csv", False)
    assert codes(report)["L013"] == 2
    assert answer.headers["cache-control"] == "no-store"


def test_a_finding_quotes_the_policy(client: TestClient, catalog: Catalog) -> None:
    (group,) = [
        one for one in client.post("/validate", **form(FAULTY)).json()["groups"] if one["code"] == "L013"
    ]
    assert group["clause"] == [{"item": "2.3.3", "text": catalog.policy.items["2.3.3"].wording}]
    assert [place["cell"] for place in group["places"]] == ["B3", "B4"]


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; charset=utf-8"])
def test_the_body_may_be_the_file_itself(client: TestClient, content_type: str) -> None:
    answer = client.post(
        f"/validate?type={TYPE}&publisher={PUBLISHER}", content=FAULTY.encode("gb18030"),
        headers={"content-type": content_type},
    )  # fmt: skip
    assert codes(answer.json())["L013"] == 2


def test_the_address_may_name_the_file(client: TestClient) -> None:
    answer = client.post(f"/validate?type={TYPE}&publisher={PUBLISHER}&file=a.tsv", content=GOOD.encode())
    assert (answer.json()["file"], answer.json()["ok"]) == ("a.tsv", True)


def test_records_are_checked_as_json(client: TestClient, catalog: Catalog) -> None:
    sample = dict(catalog.type(TYPE).sample)
    faulty = {**sample, "localId": "other", "formedDate": "2024-13-01"}
    answer = client.post("/validate", json=[sample, faulty]).json()
    assert (answer["types"], codes(answer)["S004"]) == ({TYPE: 1}, 1)


def test_the_type_is_found_from_the_headings(client: TestClient) -> None:
    assert client.post("/validate", **form(GOOD, type="")).json()["types"] == {TYPE: 1}


def test_a_csv_report_has_a_line_a_place_and_no_formula(client: TestClient) -> None:
    answer = client.post("/validate", **form(FAULTY, answer="csv"))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["单元格 cell"] for row in rows if row["代码 code"] == "L013"] == ["B3", "B4"]
    cells = [cell for row in rows for cell in row.values()]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "\t")]
    assert "attachment" in answer.headers["content-disposition"]


def test_an_html_report_needs_nothing_else(client: TestClient) -> None:
    page = client.post("/validate", **form(FAULTY, answer="html")).text
    assert "很大" in page
    assert not [part for part in ("src=", "<link", "@import", "url(") if part in page]


def test_events_end_with_the_report_and_its_html(client: TestClient) -> None:
    answer = client.post("/validate", **form(FAULTY, answer="events"))
    events = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert "content-length" not in answer.headers
    assert codes(events[-1]["report"])["L013"] == 2
    assert 'id="report-heading"' in events[-1]["html"]


def test_events_tell_what_was_found_before_the_end(client: TestClient) -> None:
    rows = "".join(f"B-{number},1.5,100,云南示例有限公司,2024-06-18\n" for number in range(3000))
    answer = client.post("/validate", **form(FAULTY + rows, answer="events"))
    first = json.loads(answer.text.splitlines()[0])
    assert first["rows"] < 3003
    assert first["groups"][0]["code"] == "L013"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_browser_without_script_gets_the_page_with_the_report(client: TestClient, language: str) -> None:
    answer = client.post(f"/validate?lang={language}", **form(FAULTY), headers={"accept": "text/html"})
    assert answer.headers["content-type"].startswith("text/html")
    assert 'id="report-heading"' in answer.text
    assert "很大" in answer.text


def test_what_a_cell_says_is_text_on_the_page(client: TestClient) -> None:
    text = GOOD.replace("1.5", "<script>alert(1)</script>")
    page = client.post("/validate", **form(text, "<b>.csv"), headers={"accept": "text/html"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_personal_numbers_come_back_in_no_form(client: TestClient) -> None:
    text = GOOD.replace("云南示例有限公司", "张某 530102199003070011 13900001234")
    for answer in ("json", "csv", "html", "events"):
        found = client.post("/validate", **form(text.replace("1.5", "很大 13900001234"), answer=answer)).text
        assert "13900001234" not in found
        assert "530102199003070011" not in found


PERSONAL = ("530102199003070016", "13900001234", "6222000000000000004")


def sheet(number: str) -> bytes:
    """A workbook with a number in the name of its sheet, a heading and cells."""
    workbook = openpyxl.Workbook()
    page = workbook.active
    assert page is not None
    page.title = f"表{number}"
    page.append([*HEADING.replace("成交日期", f"成交日期({number})").split(","), f"备注{number}"])
    page.append(["A-1", "大", 100, f"某 {number}", "坏", number])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("number", PERSONAL)
@pytest.mark.parametrize("answer", ["json", "csv", "html", "page", "events"])
def test_personal_numbers_in_the_names_of_things_come_back_in_no_form(
    client: TestClient, number: str, answer: str
) -> None:
    found = client.post("/validate", **form(sheet(number), f"名单{number}.xlsx", answer=answer))
    assert "大" in found.text
    assert number not in found.text
    assert number not in found.headers.get("content-disposition", "")


@pytest.mark.parametrize("number", PERSONAL)
def test_personal_numbers_are_not_added_to_the_marked_workbook(client: TestClient, number: str) -> None:
    found = client.post("/validate", **form(sheet(number), f"名单{number}.xlsx", answer="workbook"))
    first, second = openpyxl.load_workbook(io.BytesIO(found.content)).worksheets
    assert second["B2"].comment is not None
    texts = [str(cell.value) for row in first.iter_rows() for cell in row if cell.value]
    comments = [cell.comment.text for row in second.iter_rows() for cell in row if cell.comment]
    assert not [text for text in (*texts, *comments) if number in text]


def test_the_marked_workbook_has_the_summary_in_front(client: TestClient) -> None:
    answer = client.post("/validate", **form(FAULTY, answer="workbook"))
    assert answer.headers["content-type"] == validate.WORKBOOK
    workbook = openpyxl.load_workbook(io.BytesIO(answer.content))
    first, second = workbook.worksheets
    assert "核对结果" in first.title
    assert second["B3"].comment is not None
    assert second["B2"].comment is None


def test_a_file_that_cannot_be_read_gives_no_workbook(client: TestClient) -> None:
    answer = client.post("/validate", **form(f'{HEADING}\n"A', answer="workbook"))
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (422, "L090")


def test_the_report_says_what_was_fixed_since_the_last(client: TestClient) -> None:
    before = client.post("/validate", **form(FAULTY))
    again = client.post("/validate", **form(FAULTY.replace("很大", "2"), previous=before.text)).json()
    assert (again["comparison"]["fixed"], again["comparison"]["new"]) == (1, 0)
    page = client.post(
        "/validate",
        **form(FAULTY.replace("很大", "2"), previous=before.text),
        headers={"accept": "text/html"},
    ).text
    assert "和上次相比" in page


def multipart(body: bytes, kind: str = "multipart/form-data; boundary=x") -> dict[str, Any]:
    """The arguments of a post with a form as its bytes are."""
    return {"content": body, "headers": {"content-type": kind}}


def part(disposition: str) -> bytes:
    return f"--x\r\nContent-Disposition: {disposition}\r\n\r\nx\r\n".encode()


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "nothing": ({}, 415, "A048"),
    "no file": ({"data": {"type": TYPE}, "files": {"other": ("a.csv", b"x")}}, 400, "A040"),
    "an unknown type": (form(GOOD, type="land/nothing"), 422, "S102"),
    "an unknown profile": (form(GOOD, profile="nothing"), 422, "A049"),
    "a profile by its path": (form(GOOD, profile="../../etc/passwd.toml"), 422, "A049"),
    "an unknown answer": (form(GOOD, answer="fax"), 400, "A047"),
    "a previous report that is none": (form(GOOD, previous="[1]"), 400, "A042"),
    "an unknown content type": ({"content": b"x", "headers": {"content-type": "image/png"}}, 415, "A048"),
    "a previous report of pieces": (form(GOOD, previous="[1"), 400, "A042"),
    "a form without a boundary": (multipart(b"x", "multipart/form-data"), 400, "A051"),
    "a form of anything": (multipart(b"anything"), 400, "A051"),
    "a field without a name": (multipart(part("form-data") + b"--x--\r\n"), 400, "A051"),
    "many fields": (multipart(part('form-data; name="a"') * 50 + b"--x--\r\n"), 400, "A051"),
    "many files": (multipart(part('form-data; name="a"; filename="b"') * 50 + b"--x--\r\n"), 400, "A051"),
    "many lines of a head": (multipart(b"--x\r\n" + b"A: b\r\n" * 10_000), 400, "A051"),
    "an answer we do not speak": ({**form(GOOD), "headers": {"accept": "image/png"}}, 406, "A043"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_asked_rightly_is_refused_with_a_code_and_a_hint(client: TestClient, name: str) -> None:
    asked, status, code = REFUSED[name]
    answer = client.post("/validate", **asked)
    assert answer.status_code == status, answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["extensions"]["hint"]
    assert " / " in error["message"]


# Starlette leaves the file of a part without an end to whoever collects it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_form_that_ends_early_has_no_file(client: TestClient) -> None:
    answer = client.post("/validate", **multipart(part('form-data; name="file"; filename="a.csv"')))
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "A040")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/validate", "/standard/", "/schemas/"])
def test_a_method_that_is_not_for_an_address_is_refused_as_all_else(
    client: TestClient, path: str, method: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (405, "A052")
    assert "GET" in answer.headers["allow"]
    assert client.request(method, path, headers={"accept": "text/html"}).text.startswith("<!doctype html>")


def test_the_head_of_the_page_may_be_asked_for(client: TestClient) -> None:
    answer = client.head("/validate")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_long_previous_report_goes_with_the_file(client: TestClient) -> None:
    before = client.post("/validate", **form(FAULTY)).json() | {"file": "x" * (1 << 20)}
    again = client.post("/validate", **form(FAULTY, previous=json.dumps(before))).json()
    assert again["comparison"]["stillThere"] > 0


def test_a_browser_is_refused_on_the_page(client: TestClient) -> None:
    answer = client.post("/validate", **form(GOOD, type="land/nothing"), headers={"accept": "text/html"})
    assert (answer.status_code, 'role="alert"' in answer.text, "S102" in answer.text) == (422, True, True)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = validate.UPLOAD_LIMIT + 1
    answer = client.post(
        "/validate", content=b"", headers={"content-type": "text/csv", "content-length": str(size)}
    )
    assert answer.status_code == 413
    body = (b"x" * (1 << 20) for _ in range((validate.UPLOAD_LIMIT >> 20) + 1))
    streamed = client.post("/validate", content=body, headers={"content-type": "text/csv"})
    assert (streamed.status_code, streamed.json()["errors"][0]["extensions"]["code"]) == (413, "A041")


NAMES = {
    "../../etc/passwd": "passwd", "C:\\Users\\某人\\成交.xlsx": "成交.xlsx", "": "upload", ".csv": "csv",
    "a\x00b\n.csv": "ab.csv", "<x>|?.csv": "x.csv", "长" * 300 + ".csv": "长" * 100 + ".csv",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_leads_nowhere(name: str) -> None:
    assert validate.plain_name(name) == NAMES[name]


def test_nothing_of_the_file_is_kept(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for answer in ("json", "events"):
        client.post("/validate", **form(FAULTY, answer=answer))
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_ends_no_process(client: TestClient) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (200 << 20))
    report = client.post("/validate", **form(stream.getvalue(), "a.xlsx")).json()
    assert (report["unreadable"], codes(report)) == (True, {"F042": 1})
    assert client.post("/validate", **form(GOOD)).json()["ok"]


def test_a_process_that_is_killed_is_an_error_and_the_next_file_gets_another(
    app: Starlette, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill_at_once(_seconds: float, function: Any) -> Any:
        function()
        return type("Timer", (), {"start": lambda _: None, "cancel": lambda _: None})()

    with monkeypatch.context() as patched:
        patched.setattr(checkers.threading, "Timer", kill_at_once)
        answer = client.post("/validate", **form(GOOD))
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "A046")
    assert client.post("/validate", **form(GOOD)).json()["ok"]


def test_too_many_at_once_are_told_to_come_again(
    app: Starlette, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkers, "WAITING", 0)
    answer = client.post("/validate", **form(GOOD))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")


def test_closing_ends_the_processes(catalog: Catalog) -> None:
    made = checkers.Checkers(catalog.folder)
    made.warm()
    (process,) = made._free
    assert isinstance(process, subprocess.Popen)
    made.close()
    assert process.poll() is not None
