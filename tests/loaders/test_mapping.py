"""Profiles proposed for files that nobody has seen; every file here is invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from formats.error import FormatError
from loaders.cells import Reader
from loaders.load import check
from loaders.mapping.contents import Contents
from loaders.mapping.matching import Matcher
from loaders.mapping.proposal import Proposal, Proposer, clear
from loaders.mapping.specimen import look
from loaders.mapping.wording import NameIndex, terms
from loaders.mapping.writing import profile_text
from loaders.profile import Profile
from loaders.profile_file import parse_profile
from schemas.catalog import Catalog

LAND = """地块号码,地块具体坐落,占地面积(公顷),规划土地用途,竞得单位名称,成交总价款(万元),成交的日期,下载时刻
SL2024-07,示例街道东侧、示例路北侧,1.5,工业用地,示例甲科技有限公司,1200,2024年6月18日,2024-12-01 10:00:00
SL2024-08,示例大道88号,0.8,商服用地,示例乙商贸有限公司,2600,2024年6月19日,2024-12-01 10:00:00
SL2024-09,示例社区南侧,2.25,工业用地,示例丙制造有限公司,1800,2024年7月2日,2024-12-01 10:00:00
"""


@pytest.fixture(scope="module")
def matcher(catalog: Catalog) -> Matcher:
    return Matcher(catalog)


def proposed(
    text: str, matcher: Matcher, folder: Path, name: str = "file.csv", type_: str | None = None
) -> tuple[Proposal, Profile, Path]:
    path = folder / name
    path.write_text(text, "utf-8")
    proposer = Proposer(path, matcher)
    proposal = proposer.propose(type_ or proposer.ranked()[0].type)
    return (
        proposal,
        parse_profile(profile_text(proposal, matcher.catalog, path.stem), "proposed", matcher.catalog),
        path,
    )


def fates(proposal: Proposal) -> dict[str, str | None]:
    return {key: one.best.field.dotted if one.best else None for key, one in proposal.columns().items()}


def test_headings_never_seen_are_matched_by_words_and_values(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    proposal, _, _ = proposed(LAND, matcher, tmp_path)
    assert proposal.type == "land/grant-result"
    found = fates(proposal)
    assert found["地块号码"] == "lots.parcelNumber"
    assert found["地块具体坐落"] == "lots.parcelLocation"
    assert found["占地面积(公顷)"] == "lots.parcelArea"
    assert found["规划土地用途"] == "lots.landUse"
    assert found["竞得单位名称"] == "lots.transferee"
    assert found["成交总价款(万元)"] == "lots.price"
    assert found["成交的日期"] == "lots.dealDate"


def test_what_is_proposed_is_what_the_loader_does(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    proposal, profile, path = proposed(LAND, matcher, tmp_path)
    report = check(path, catalog, profile=profile)
    assert (report.rows, report.taken, report.records) == (3, 3, 3)
    for use in report.columns:
        best = proposal.columns()[use.heading].best
        assert use.properties == ([best.field.dotted] if best else [])


def test_the_unit_of_a_heading_is_the_profiles(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    _, profile, path = proposed(LAND, matcher, tmp_path)
    records: list[dict[str, Any]] = []
    check(path, catalog, profile=profile, taken=lambda one: records.append(one.record))
    assert records[0]["lots"][0]["parcelArea"] == 15000
    assert records[0]["lots"][0]["price"]["amount"] == 12_000_000


def test_every_column_is_told_and_one_left_out_has_its_reason(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    proposal, profile, path = proposed(LAND.replace("下载时刻", "怪列"), matcher, tmp_path)
    columns = proposal.columns()
    assert len(columns) == 8
    assert columns["怪列"].best is None
    assert columns["怪列"].reason
    used = {use.heading: use.reason for use in check(path, catalog, profile=profile).columns}
    assert used["怪列"] == columns["怪列"].reason


def test_values_keep_a_column_from_what_its_heading_says(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = LAND.replace("规划土地用途", "成交日期二").replace("2024年6月18日,", "无,")
    proposal, _, _ = proposed(text, matcher, tmp_path, type_="land/grant-result")
    assert fates(proposal)["成交日期二"] != "lots.dealDate"


def test_values_decide_where_headings_say_nothing(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    text = "甲,乙,宗地编号,丙\n" + "".join(
        f"https://example.org/n/{n},工业用地,P{n},官渡区\n" for n in range(5)
    )
    proposal, _, _ = proposed(text, matcher, tmp_path, type_="land/grant-result")
    found = proposal.columns()
    for key in ("甲", "乙", "丙"):
        for match in [found[key].best, *found[key].others]:
            assert match is None or match.score < 0.75


def test_one_heading_twice_is_two_columns(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    text = "宗地编号,成交价(万元),备注,成交价(万元)\nA-1,100,一,100\nA-2,200,二,200\nA-3,300,三,300\n"
    proposal, profile, path = proposed(text, matcher, tmp_path, type_="land/grant-result")
    assert list(proposal.columns()) == ["宗地编号", "成交价(万元)", "备注", "成交价(万元)#2"]
    assert check(path, catalog, profile=profile).taken == 3


def test_a_second_column_that_contradicts_is_left_out(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "宗地编号,成交价(万元),成交价(万元)\nA-1,100,7\nA-2,200,8\nA-3,300,9\n"
    proposal, _, _ = proposed(text, matcher, tmp_path, type_="land/grant-result")
    filled = [path for path in fates(proposal).values() if path == "lots.price"]
    assert filled == ["lots.price"]


def test_types_that_are_near_are_not_clear(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("项目名称,项目编号\n示例工程,A-1\n示例项目二,A-2\n", "utf-8")
    assert not clear(Proposer(path, matcher).ranked())


def test_a_file_of_no_type_is_not_clear(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("菜名,辣度,口味\n示例豆腐,3,咸\n示例青菜,0,淡\n", "utf-8")
    assert not clear(Proposer(path, matcher).ranked())


def test_nested_json_is_mapped_by_dotted_paths_with_its_lists(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    rows = [
        {"infoid": f"a{n}", "data": {"project_name": f"示例工程{n}", "bidders": [{"bidder": "示例甲公司", "price": "315万元"}, {"bidder": "示例乙公司", "price": "320万元"}]}}
        for n in range(4)
    ]  # fmt: skip
    text = json.dumps(rows, ensure_ascii=False)
    proposal, profile, path = proposed(text, matcher, tmp_path, "file.json", "works/award-candidates")
    assert fates(proposal)["data.project_name"] == "project.name"
    (each,) = proposal.each
    assert (each.source, each.field.dotted, each.ordinal) == ("data.bidders", "lots.awardCandidates", "rank")
    records: list[dict[str, Any]] = []
    check(path, catalog, profile=profile, taken=lambda one: records.append(one.record))
    assert [one["rank"] for one in records[0]["lots"][0]["awardCandidates"]] == [1, 2]
    assert records[0]["lots"][0]["awardCandidates"][1]["organization"]["name"] == "示例乙公司"


def test_columns_headed_by_codes_become_a_list(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    text = "标题,年度,工业用地,商服用地,住宅用地\n示例市2024年国有建设用地供应计划,2024,120.5,30,8\n示例市2023年国有建设用地供应计划,2023,100,20,7\n"
    proposal, profile, path = proposed(text, matcher, tmp_path, type_="land/supply-plan")
    assert fates(proposal)["工业用地"] == "landUses.landUseArea"
    assert profile.records[0].unpivot
    assert check(path, catalog, profile=profile).taken == 2


def test_headings_below_a_title_are_found_by_their_looks(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "示例市某某情况一览表,,\n甲乙,丙丁,戊己\n1,二,2024-01-01\n2,三,2024-01-02\n"
    path = tmp_path / "file.csv"
    path.write_text(text, "utf-8")
    (table,) = look(path, matcher.asked).tables
    assert table.names == ["甲乙", "丙丁", "戊己"]
    assert len(table.rows) == 2


def test_a_heading_of_quotes_and_line_ends_is_read_back(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = '宗地编号,"价""格\\一",成交日期\nA-1,x,2024-01-01\nA-2,y,2024-01-02\n'
    proposal, profile, _ = proposed(text, matcher, tmp_path, type_="land/grant-result")
    assert set(profile.records[0].columns) == set(proposal.columns())


def test_a_personal_number_in_a_heading_is_not_written(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "宗地编号,联系13912345678,成交日期\nA-1,x,2024-01-01\nA-2,y,2024-01-02\n"
    path = tmp_path / "file.csv"
    path.write_text(text, "utf-8")
    proposal = Proposer(path, matcher).propose("land/grant-result")
    assert "13912345678" not in profile_text(proposal, catalog, "13912345678")


def test_an_unreadable_file_is_a_format_error(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        Proposer(tmp_path / "none.csv", matcher)


def test_words_of_one_meaning_are_near_and_rare_words_count_more() -> None:
    index = NameIndex(["宗地坐落", "宗地面积", "成交日期", "合同签订日期"])
    near = index.near("地块位置")
    assert max(near, key=lambda name: near[name]) == "宗地坐落"
    near = index.near("contractSignTime")
    assert max(near, key=lambda name: near[name]) == "合同签订日期"
    assert terms("123 ,;") == {}


def test_contents_say_what_cells_are(catalog: Catalog) -> None:
    reader = Reader(catalog)
    assert Contents(["2024年6月18日", "2024-06-19", "无"], reader).share("date") == 1
    assert Contents(["1.5公顷", "2公顷"], reader).units == {"m2"}
    assert Contents(["a|b|", "c|d|"], reader).packed == "|"
    assert Contents([None, "", "-"], reader).empty
