"""From a clean check to the receipt in Chromium: with and without scripts, by keyboard, in both languages."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageAt
from tests.browser.faults import faults
from tests.serving import ROOT, serving

PUBLISHER, TYPE = "11530114MB0W00017C", "land/grant-result"
ROWS = (
    "宗地编号,土地坐落,出让面积(公顷),成交价(万元),受让人,成交日期,发布日期,行政区划代码\n"
    "A-1,昆明市呈贡区示例街道1号,1.5,100,云南示例有限公司,2024-06-18,2024-06-20,530114\n"
)


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """The address of a server that takes submissions, a key, and the folder of its log and database."""
    folder = tmp_path_factory.mktemp("desk")
    database = str(shutil.copy(sqlite_template, folder / "openalloc.db"))
    command = [
        sys.executable, "-c", "from cli.main import main; main()", "keys", "create", "--publisher", PUBLISHER,
        "--name", "示例区自然资源局", "--region", "530114", "--type", TYPE, "--database", database,
    ]  # fmt: skip
    made = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    with serving(database, folder, options=["--submissions"]) as address:
        yield address, made.stdout.strip(), folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file without faults."""
    path = tmp_path / "成交结果.csv"
    path.write_text(ROWS, "utf-8")
    return path


def check(page: Page, address: str, path: Path) -> None:
    page.goto(address)
    page.set_input_files("#file", path)
    page.select_option("#type", TYPE)
    page.locator("#check summary").click()
    page.fill("#publisher", PUBLISHER)
    page.click("#check button[type=submit]")
    page.wait_for_selector("#submit")


@pytest.mark.parametrize(("width", "language"), [(390, "zh"), (1280, "en")])
def test_the_checked_file_is_submitted_and_corrected_with_a_receipt(
    desk: tuple[str, str, Path], page_at: PageAt, file: Path, width: int, language: str
) -> None:
    address, key, folder = desk
    file.write_text(ROWS.replace("A-1", f"A-{width}"), "utf-8")
    page = page_at(width)
    check(page, f"{address}/validate?lang={language}", file)
    expect(page.locator("#once-more")).to_be_hidden()
    page.fill("#submit-key", key)
    page.locator("#submit-key").press("Enter")  # the first button submits
    page.wait_for_selector(".receipt")
    page.wait_for_url("**/submissions/s-*")
    assert faults(page) == []
    with page.expect_download() as waiting:
        page.click("a[download]")
    kept = json.loads(Path(waiting.value.path()).read_text("utf-8"))
    assert (kept["outcome"], kept["records"]["stored"], kept["file"]) == ("stored", 1, "成交结果.csv")
    receipt = page.url
    page.reload()
    expect(page.locator("#key")).to_have_attribute("type", "password")
    assert faults(page) == []
    page.fill("#key", key)
    page.keyboard.press("Enter")
    page.wait_for_selector(".receipt")
    expect(page.locator(".receipt")).to_contain_text(kept["sha256"])
    assert page.url == receipt
    file.write_text(file.read_text("utf-8").replace(",100,", ",250,"), "utf-8")
    check(page, f"{address}/validate?lang={language}", file)
    page.fill("#submit-key", key)
    page.click("#foresee")
    page.wait_for_selector("#changes-heading")
    expect(page.locator("#changes")).to_contain_text("2500000")
    assert page.evaluate("document.activeElement.id") == "changes-heading"
    assert faults(page) == []
    page.click("#submit button:not(#foresee)")
    page.wait_for_selector(".receipt")
    page.goto(f"{address}/submissions?lang={language}")
    page.fill("#mine-key", key)
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("成交结果.csv")
    assert faults(page) == []
    assert key not in page.content()
    assert page.context.cookies() == []
    assert key not in (folder / "log").read_text("utf-8")


def test_without_script_the_file_is_chosen_again_and_another_one_is_refused(
    desk: tuple[str, str, Path], page_at: PageAt, file: Path, tmp_path: Path
) -> None:
    address, key, _ = desk
    page = page_at(390, script=False, refusals=True)
    check(page, f"{address}/validate", file)
    other = tmp_path / "另一份.csv"
    other.write_text(ROWS.replace("A-1", "B-1"), "utf-8")
    page.set_input_files("#same", other)
    page.fill("#submit-key", key)
    page.click("#submit button:not(#foresee)")
    expect(page.locator("[role=alert]")).to_contain_text("K035")
    page.set_input_files("#same", file)
    page.fill("#submit-key", key)
    page.click("#foresee")
    page.wait_for_selector(".changes")
    expect(page.locator(".changes")).to_contain_text("什么也没有存")
    page.set_input_files("#same", file)
    page.fill("#submit-key", key)
    page.click("#submit button:not(#foresee)")
    page.wait_for_selector(".receipt")
    expect(page.locator(".receipt")).to_contain_text("成交结果.csv")
    page.click(".receipt a[href^='/submissions/s-']")
    page.fill("#key", key)
    page.click("main form button >> nth=0")
    page.wait_for_selector(".receipt")
    expect(page.locator(".receipt")).to_contain_text("全部接收")


def test_nothing_to_disclose_is_stated_and_withdrawn_by_keyboard(
    desk: tuple[str, str, Path], page_at: PageAt
) -> None:
    address, key, _ = desk
    page = page_at(1280, refusals=True)
    page.goto(f"{address}/submissions")
    page.focus("#stated")
    page.select_option("#stated", TYPE)
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert reached == ["year", "part", "SUMMARY", "nothing-key"]
    page.fill("#year", "2024")
    page.focus("#nothing-key")
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    page.wait_for_selector(".receipt")
    expect(page.locator(".receipt")).to_contain_text("无应公开信息声明")
    page.goto(f"{address}/submissions")
    page.fill("#record", "530114-0123456789abcdef")
    page.fill("#reason", "示例理由")
    page.fill("#withdraw-key", key)
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_contain_text("W001")
    expect(page.locator("#reason")).to_have_value("示例理由")
    assert faults(page) == []
