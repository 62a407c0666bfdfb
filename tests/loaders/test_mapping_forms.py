"""Tables of unusual forms are proposed for too; every file here is invented."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from loaders.cells import Reader
from loaders.load import check
from loaders.mapping.contents import Contents
from loaders.mapping.fitting import form_of
from loaders.mapping.matching import Matcher
from loaders.mapping.proposal import Proposal, Proposer
from loaders.mapping.surety import LIKELY, SURE, as_often_right
from loaders.mapping.wording import NameIndex, heads, is_bare
from loaders.mapping.writing import profile_text
from loaders.profile import Profile
from loaders.profile_file import parse_profile
from schemas.catalog import Catalog

RESULT = "land/grant-result"


@pytest.fixture(scope="module")
def matcher(catalog: Catalog) -> Matcher:
    return Matcher(catalog)


def written(text: str, folder: Path, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def profile_of(proposal: Proposal, catalog: Catalog) -> Profile:
    return parse_profile(profile_text(proposal, catalog, "file"), "proposed", catalog)


def stored(path: Path, profile: Profile, catalog: Catalog) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    check(path, catalog, profile=profile, taken=lambda one: records.append(one.record))
    return records


def property_of(proposal: Proposal, key: str) -> str | None:
    best = proposal.columns()[key].best
    return best.path if best else None


def test_rows_of_several_types_are_told_by_the_column_that_names_them(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    kinds = ["土地出让公告", "土地成交公示", "采购合同", "土地成交公示"]
    text = "信息类型,公告标题,宗地编号,宗地坐落,土地用途,起始价(万元),成交价(万元),受让人\n" + "".join(
        f"{kinds[n % 4]},示例市公告{n},SL-{n},示例路{n}号,工业用地,{100 + n},{120 + n},示例{n}号有限公司\n"
        for n in range(12)
    )
    path = written(text, tmp_path)
    proposer = Proposer(path, matcher)
    proposal = proposer.several(proposer.ranked())
    assert proposal is not None
    told = {rule.proposal.type: dict(rule.when) for rule in proposal.rules}
    assert told["land/grant-notice"] == {"信息类型": ("土地出让公告",)}
    assert told[RESULT] == {"信息类型": ("土地成交公示",)}
    report = check(path, catalog, profile=profile_of(proposal, catalog))
    assert report.types["land/grant-notice"] == 3
    assert report.types[RESULT] == 6


def test_a_column_of_methods_does_not_tell_types(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    text = "宗地编号,供地方式,成交价(万元),受让人\n" + "".join(
        f"SL-{n},{'招标拍卖挂牌'[n % 3 * 2 : n % 3 * 2 + 2]},{100 + n},示例{n}号有限公司\n" for n in range(12)
    )
    proposer = Proposer(written(text, tmp_path), matcher)
    assert proposer.several(proposer.ranked()) is None


def test_labelled_values_in_one_cell_fill_properties_of_their_own(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "宗地编号,成交信息\n" + "".join(
        f"SL-{n},受让人:示例{n}号有限公司;成交价格:{n}00万元;成交日期:2024-06-{10 + n}\n" for n in range(1, 9)
    )
    path = written(text, tmp_path)
    proposal = Proposer(path, matcher).propose(RESULT)
    parts = {part.column.name: part.best.path for part in proposal.columns()["成交信息"].parts if part.best}
    assert parts == {"受让人": "lots.transferee", "成交价格": "lots.price", "成交日期": "lots.dealDate"}
    lot = stored(path, profile_of(proposal, catalog), catalog)[0]["lots"][0]
    assert (lot["transferee"]["name"], lot["price"]["amount"], lot["dealDate"]) == (
        "示例1号有限公司", 1_000_000, "2024-06-11",
    )  # fmt: skip


def test_a_table_without_headings_is_read_from_its_first_row(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "".join(
        f"SL2024-0{n},示例街道{n}号,{n}.5,工业用地,{1200 + n},2024-06-{10 + n},https://example.org/{n}\n"
        for n in range(1, 9)
    )
    path = written(text, tmp_path)
    proposer = Proposer(path, matcher)
    (table,) = proposer.specimen.tables
    assert (table.heading_row, table.names[0], len(table.rows)) == (0, "列A", 8)
    proposal = proposer.propose(RESULT)
    assert property_of(proposal, "列g") == "sourceUrl"
    assert all(one.best is None or one.best.score < SURE for one in proposal.columns().values())
    profile = profile_of(proposal, catalog)
    assert profile.heading_row == 0
    assert check(path, catalog, profile=profile).rows == 8


def test_a_first_row_of_headings_above_numbers_is_no_record(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "甲,乙,丙\n" + "".join(f"{n},{n}.5,2024-06-{10 + n}\n" for n in range(1, 9))
    (table,) = Proposer(written(text, tmp_path), matcher).specimen.tables
    assert table.names == ["甲", "乙", "丙"]


def test_the_unit_that_only_cells_state_is_that_of_the_cells_without(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "宗地编号,成交价\n" + "".join(f"SL-{n},{n}00{'' if n == 3 else '万元'}\n" for n in range(1, 9))
    path = written(text, tmp_path)
    profile = profile_of(Proposer(path, matcher).propose(RESULT), catalog)
    amounts = [one["lots"][0]["price"]["amount"] for one in stored(path, profile, catalog)]
    assert amounts == [n * 1_000_000 for n in range(1, 9)]


def test_sheets_of_several_types_have_a_profile_each(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    path = tmp_path / "file.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for title, heading, cells in (
            ("出让公告", ["公告编号", "宗地编号", "土地用途", "起始价(万元)", "竞买保证金(万元)", "挂牌开始时间", "挂牌截止时间"],
             ["示例〔2024〕1号", "SL-1", "工业用地", 100, 20, "2024-05-10 09:00", "2024-05-12 16:00"]),
            ("成交公示", ["宗地编号", "宗地坐落", "土地用途", "成交价(万元)", "受让人", "成交日期", "合同签订日期"],
             ["SL-1", "示例路1号", "工业用地", 120, "示例甲有限公司", "2024-06-10", "2024-06-11"]),
        ):  # fmt: skip
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, heading)
            sheet.write_row(1, 0, cells)
    parts = Proposer(path, matcher).by_sheet()
    found = {part.specimen.tables[0].sheet: part.ranked()[0].type for part in parts}
    assert found == {"出让公告": "land/grant-notice", "成交公示": RESULT}


def test_the_ends_of_a_span_stand_the_right_way_round(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "宗地编号,容积率上限,容积率下限\n" + "".join(f"SL-{n},1.{n},2.{n}\n" for n in range(1, 6))
    proposal = Proposer(written(text, tmp_path), matcher).propose(RESULT)
    assert property_of(proposal, "容积率上限") == "lots.plotRatioMinimum"
    assert proposal.columns()["容积率上限"].best.score < SURE  # type: ignore[union-attr]


def test_whom_to_ask_is_said_of_the_organization_beside_it(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "公开主体,宗地编号,受让人,联系电话\n示例局,SL-1,示例甲公司,0871-63123456\n示例局,SL-2,示例乙公司,0871-63123457\n"
    proposal = Proposer(written(text, tmp_path), matcher).propose(RESULT)
    assert property_of(proposal, "联系电话") == "lots.transferee.phone"


def test_a_publisher_that_most_rows_leave_out_is_none(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "发布机构,宗地编号,成交日期\n" + "".join(
        f"{'示例市局' if n == 0 else ''},SL-{n},2024-06-1{n}\n" for n in range(8)
    )
    proposal = Proposer(written(text, tmp_path), matcher).propose(RESULT)
    assert property_of(proposal, "发布机构") != "publisher"


def test_when_a_row_was_collected_is_not_when_it_was_published(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "宗地编号,成交日期,抓取时间\n" + "".join(
        f"SL-{n},2024-06-1{n},2024-12-01 10:00:0{n}\n" for n in range(8)
    )
    proposal = Proposer(written(text, tmp_path), matcher).propose(RESULT)
    assert property_of(proposal, "抓取时间") is None


def test_cells_tell_the_type_where_headings_do_not(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    vaccines = matcher.tongue.nearness(["示例病毒灭活疫苗,预填充注射液", "重组示例疫苗(酵母)"])
    assert max(vaccines, key=lambda one: vaccines[one]).startswith("medicine/")
    assert matcher.tongue.nearness(["abc", "12.5"]) == {}


def test_a_sign_that_stands_for_day_is_replaced(catalog: Catalog, matcher: Matcher, tmp_path: Path) -> None:
    assert Contents(["2024年3月1土09时00分", "2024年12月20土"], Reader(catalog)).day == "土"
    assert Contents(["2024年3月1日", "2024年12月20土"], Reader(catalog)).day is None
    text = "宗地编号,成交日期\nSL-1,2024年3月1土\nSL-2,2024年12月20土\n"
    path = written(text, tmp_path)
    profile = profile_of(Proposer(path, matcher).propose(RESULT), catalog)
    assert stored(path, profile, catalog)[1]["lots"][0]["dealDate"] == "2024-12-20"


def test_names_that_say_the_contrary_or_another_kind_of_thing_are_far() -> None:
    index = NameIndex(["报名开始时间", "报名截止时间", "项目", "项目地点"])
    near = index.near("报名起始日期")
    assert near["报名开始时间"] > 2 * near["报名截止时间"]
    near = index.near("项目位置")
    assert near["项目地点"] > near["项目"]
    assert heads("用途名称") == ("name", "use")
    assert is_bare("时间")
    assert not is_bare("成交时间")


def test_a_long_number_is_known_by_its_form_and_a_short_one_is_not(catalog: Catalog) -> None:
    form = form_of("5301142024B00231")
    assert form is not None
    assert Contents(["5309292018B00001", "5301112019A00002"], Reader(catalog)).of_form(form) == 1
    assert form_of("SL-1") is None
    assert form_of("202406180001") is None


def test_what_speaks_more_for_a_match_makes_it_surer() -> None:
    scores = [as_often_right(step / 20) for step in range(21)]
    assert scores == sorted(scores)
    assert 0 <= scores[0] < LIKELY < SURE < scores[-1] < 1


def test_headings_fewer_than_the_cells_below_are_headings(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    text = "甲项,乙项\n" + "".join(f"{n},{n}.5,2024-06-{10 + n},{n}\n" for n in range(1, 9))
    (table,) = Proposer(written(text, tmp_path), matcher).specimen.tables
    assert table.names[:2] == ["甲项", "乙项"]


def test_a_column_that_counts_the_rows_identifies_nothing(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    row = "SL-{0},示例路{0}号,1.5,100,示例{0}号有限公司,2024-06-1{0}\n"
    head = "序号,宗地编号,土地坐落,土地面积(公顷),成交价格(万元),受让人,成交日期\n"
    path = written(head + "".join(f"{n}," + row.format(n) for n in range(1, 6)), tmp_path)
    proposal = Proposer(path, matcher).propose(RESULT)
    assert property_of(proposal, "序号") is None
    assert property_of(proposal, "宗地编号") == "lots.parcelNumber"


def test_what_stands_below_another_row_of_headings_is_not_looked_at(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    head = "宗地编号,土地坐落,成交价格(万元),受让人,成交日期\n"
    rows = "".join(f"SL-{n},示例路,100,示例{n}号有限公司,2024-06-1{n}\n" for n in range(1, 4))
    other = "项目编号,项目名称,采购人,中标供应商,中标金额(元)\nCG-1,示例采购,示例局,示例公司,5000\n"
    path = written(head + rows + "表二 政府采购,,,,\n" + other, tmp_path)
    (table,) = Proposer(path, matcher).specimen.tables
    assert [cells[0] for cells in table.rows] == ["SL-1", "SL-2", "SL-3"]
