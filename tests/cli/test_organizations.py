"""`openalloc organizations`: what may be one is listed, and joined only by who says so."""

import json
from pathlib import Path
from typing import Any

from cli.synthetic.world import credit_code
from tests.conftest import Run

HEADINGS = "宗地编号,土地位置,土地面积(平方米),成交价(万元),受让单位,受让单位统一社会信用代码,成交日期"
CODE = credit_code("91530102MA6K00014")
TYPED = ("--type", "land/grant-result", "--publisher", "11530114MB0W00017C")


def said(run: Run, *command: str) -> Any:
    code, out, err = run("organizations", *command, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_pair_is_listed_accepted_and_taken_back(run: Run, tmp_path: Path) -> None:
    run("init")
    rows = [
        f"A-{number},示例路,1000,100,云南示例置业有限公司,{code},2024-06-18"
        for number, code in enumerate((CODE, ""))
    ]
    (tmp_path / "供地.csv").write_text("\n".join((HEADINGS, *rows)), "utf-8")
    run("load", "供地.csv", *TYPED)
    assert said(run, "suggest") == {"wrongCode": 0, "sameName": 1, "similarName": 0}
    found = said(run, "list")
    assert found["counts"] == {"open": 1, "accepted": 0, "rejected": 0}
    (pair,) = found["pairs"]
    assert {one["uscc"] for one in pair["organizations"]} == {CODE, None}
    number = str(pair["number"])
    assert said(run, "accept", number, "--by", "示例数据科") == {"state": "accepted", "numbers": [1]}
    (pair,) = said(run, "list", "--state", "accepted")["pairs"]
    assert pair["decidedBy"] == "示例数据科"
    assert said(run, "reject", number, "--by", "示例数据科")["state"] == "rejected"
    code, out, _ = run("organizations", "list", "--state", "rejected")
    assert code == 0
    assert "云南示例置业有限公司" in out
    code, _, err = run("organizations", "accept", "7", "--by", "示例数据科")
    assert code == 2
    assert "O001" in err
