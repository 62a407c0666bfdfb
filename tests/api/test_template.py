"""Templates over HTTP: what is sent, under which name, and what is not there."""

from io import BytesIO
from urllib.parse import unquote

import openpyxl
from starlette.testclient import TestClient


def test_a_workbook_is_sent_under_its_chinese_name(client: TestClient) -> None:
    answer = client.get("/templates/land/grant-result.xlsx")
    assert answer.status_code == 200
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    named = answer.headers["content-disposition"]
    assert 'filename="land-grant-result.xlsx"' in named
    assert unquote(named.partition("filename*=UTF-8''")[2]) == "土地成交公示模板.xlsx"
    assert openpyxl.load_workbook(BytesIO(answer.content)).sheetnames[0] == "土地成交公示"


def test_a_template_that_the_client_has_is_not_sent_again(client: TestClient) -> None:
    address = "/templates/land/grant-result.csv"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_all_properties_are_another_template(client: TestClient) -> None:
    usual = client.get("/templates/land/grant-result.csv")
    every = client.get("/templates/land/grant-result.csv?all=1")
    assert usual.content.startswith(b"\xef\xbb\xbf")
    assert usual.content.count(b",") < every.content.count(b",")
    assert "%E5%85%A8%E9%83%A8%E5%B1%9E%E6%80%A7" in every.headers["content-disposition"]


def test_what_is_no_template_is_said_in_both_languages(client: TestClient) -> None:
    for address in ("/templates/land/nothing.xlsx", "/templates/land/grant-result.pdf", "/templates/land/x"):
        answer = client.get(address)
        error = answer.json()["errors"][0]
        assert (answer.status_code, error["extensions"]["code"]) == (404, "A030")
        assert "没有这个模板" in error["message"]
        assert "no such template" in error["message"]
