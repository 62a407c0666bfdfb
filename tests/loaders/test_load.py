"""Whole files: every row accounted for, records merged, stored once however often they are loaded."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from sqlalchemy import Engine, select

from formats.error import FormatError
from loaders import load as loading
from loaders import storing
from loaders.groups import KEPT, Issues
from loaders.load import check, load
from loaders.report import Report, SoFar
from schemas.catalog import Catalog
from store import tables

CheckText = Callable[..., Report]
RESULT = "land/grant-result"
PUBLISHER = "11530114MB0W00017C"
NOW = datetime(2024, 7, 1, 1, 2, 3)
HEADING = "宗地编号,土地坐落,出让面积(公顷),成交价(万元),受让人,成交日期,发布日期\n"


def lines(*numbers: int, price: str = "100") -> str:
    return "".join(f"GK-{n},示例路{n}号,1.5,{price},示例公司,2024-06-03,2024-06-11\n" for n in numbers)


def codes(report: Report) -> list[str]:
    return [found.code for found in report.issues]


def test_a_refused_row_does_not_stop_the_file(check_text: CheckText) -> None:
    report = check_text(HEADING + lines(1) + lines(2).replace("2024-06-03", "昨天") + lines(3), type=RESULT)
    assert (report.rows, report.taken, report.refused, report.records) == (3, 2, 1, 2)
    (found,) = report.issues
    assert (found.code, found.row, found.column, found.value) == ("L011", 3, "成交日期", "昨天")


def test_rows_are_taken_refused_or_skipped(check_text: CheckText) -> None:
    text = (
        "示例市土地成交公示,,,,,,\n" + HEADING + ",,公顷,万元,,,\n" + lines(1) + ",,,,,,\n" + HEADING + lines(2)
        + lines(3).replace("1.5", "很大") + "合计,,3.0,200,,,\n注：以上信息以批准文件为准,,,,,,\n"
    )  # fmt: skip
    report = check_text(text, type=RESULT)
    assert (report.rows, report.taken, report.refused) == (8, 2, 1)
    assert report.skipped == {"unit": 1, "blank": 1, "heading": 1, "total": 1, "note": 1}


def test_the_type_is_found_from_the_headings(check_text: CheckText) -> None:
    assert check_text(HEADING + lines(1)).types == {RESULT: 1}


def test_headings_of_no_type_or_of_several_ask_for_the_type(check_text: CheckText) -> None:
    unknown = check_text("标题,网址\n甲,http://example.org/1\n")
    assert codes(unknown) == ["L002"]
    several = check_text("项目名称,项目编号,开标时间,评标办法\n甲,1,2024-01-01,综合评分法\n")
    assert codes(several) == ["L003"]
    assert "procurement/tender-notice" in several.issues[0].message
    assert (several.rows, several.refused) == (1, 1)


def test_a_missing_required_column_is_one_clear_error(check_text: CheckText) -> None:
    report = check_text("标题,发布日期,网址\n甲,2024-01-01,http://example.org/1\n", type=RESULT)
    assert codes(report) == ["L004"]
    assert (report.issues[0].path, report.refused) == ("lots", 1)


def test_without_a_publisher_nothing_is_loaded(results: Path, catalog: Catalog, engine: Engine) -> None:
    results.write_text(HEADING + lines(1, 2), "utf-8")
    report = load(results, catalog, engine, type=RESULT, now=NOW)
    assert (codes(report), report.taken) == (["L005"], 0)
    assert not stored(engine)["disclosure"]


def test_without_a_publisher_everything_else_is_checked(check_text: CheckText) -> None:
    text = HEADING + lines(1, 2) + lines(3).replace("1.5", "很大") + lines(1).replace("1.5", "2")
    report = check_text(text, type=RESULT, publisher=None)
    assert report.issue_counts == {"L007": 1, "L013": 1, "L041": 1}
    assert (report.rows, report.taken, report.refused, report.records) == (4, 2, 2, 2)
    (line,) = [one for one in report.to_json()["completeness"] if one["paths"] == ["publisher"]]
    assert line["filled"] == 0


def test_the_publisher_of_an_address_alone_is_unknown(check_text: CheckText) -> None:
    text = "公开主体地址,宗地编号,成交日期\n示例路1号,A,2024-06-18\n"
    assert "L007" in codes(check_text(text, type=RESULT, publisher=None))


def test_where_a_column_is_missing_the_others_are_checked(check_text: CheckText) -> None:
    text = "标题,发布日期,网址\n甲,2024-01-01,http://example.org/1\n乙,昨天,http://example.org/2\n"
    text += "丙,2024-01-01,没有\n,2024-01-01,\n"
    report = check_text(text, type=RESULT)
    assert (report.rows, report.refused, report.records) == (4, 4, 0)
    assert report.issue_counts == {"L004": 1, "L011": 1, "L015": 1, "S016": 1}
    (line,) = [one for one in report.to_json()["completeness"] if one["paths"] == ["lots"]]
    assert (line["filled"], line["records"]) == (0, 3)


def test_where_no_column_identifies_rows_their_cells_are_checked(check_text: CheckText) -> None:
    text = "土地坐落,面积,成交日期\n示例路1号,1,2024-06-18\n示例路2号,-1,2024-06-18\n示例路3号,1,昨天\n"
    report = check_text(text, type=RESULT)
    assert (report.rows, report.refused, report.records) == (3, 3, 0)
    assert report.issue_counts == {"L010": 1, "S007": 1, "L011": 1}
    assert [(one.row, one.column) for one in report.issues if one.code == "S007"] == [(3, "面积")]


def test_a_file_of_no_type_names_the_nearest(check_text: CheckText) -> None:
    (found,) = check_text("供地方式,网址\n划拨,http://example.org/1\n").issues
    assert (found.code, found.hint.count("(land/grant-")) == ("L002", 2)
    assert found.hint.startswith("最接近的是")
    # Every type has these.
    (found,) = check_text("标题,网址\n甲,http://example.org/1\n").issues
    assert (found.code, found.hint[:5]) == ("L002", "请指明类型")


def test_a_wrong_publisher_is_an_issue(check_text: CheckText) -> None:
    report = check_text(HEADING + lines(1), type=RESULT, publisher="11530114MB0W00017D")
    assert (codes(report), report.rows) == (["L006"], 0)


def test_the_publisher_may_stand_in_the_file(check_text: CheckText) -> None:
    report = check_text("公开主体," + HEADING + "示例市示例局," + lines(1), type=RESULT, publisher=None)
    assert (report.taken, codes(report)) == (1, [])


def test_rows_of_one_record_are_merged_wherever_they_stand(check_text: CheckText) -> None:
    text = "公告编号,标题,宗地编号,出让面积\n1,甲,A,10\n2,乙,B,20\n1,甲,C,30\n1,甲,A,10\n"
    report = check_text(text, type="land/grant-notice")
    assert (report.rows, report.taken, report.records) == (4, 4, 2)


def test_a_row_that_contradicts_its_record_is_refused(check_text: CheckText) -> None:
    text = "公告编号,标题,宗地编号,出让面积\n1,甲,A,10\n1,乙,B,20\n1,甲,A,30\n1,甲,D,40\n"
    report = check_text(text, type="land/grant-notice")
    assert (report.taken, report.refused, report.records) == (2, 2, 1)
    assert [(found.code, found.row, found.path) for found in report.issues] == [
        ("L041", 3, "title"), ("L041", 4, "lots.parcelArea")
    ]  # fmt: skip
    assert "第 2 行" in report.issues[0].hint


def test_only_the_faulty_row_of_a_record_is_refused(check_text: CheckText) -> None:
    text = "公告编号,标题,宗地编号,出让面积\n1,甲,A,10\n1,甲,B,-5\n1,甲,C,30\n"
    report = check_text(text, type="land/grant-notice")
    assert (report.taken, report.refused, report.records) == (2, 1, 1)
    assert [(found.code, found.row, found.column) for found in report.issues] == [("S007", 3, "出让面积")]


def test_a_record_that_cannot_be_told_from_others_is_refused(check_text: CheckText) -> None:
    report = check_text("宗地编号,成交价\nA,100\n,200\n", type=RESULT)
    assert (report.taken, [(found.code, found.row) for found in report.issues]) == (1, [("S016", 3)])


def test_the_title_above_a_table_names_the_record_where_nothing_else_does(check_text: CheckText) -> None:
    text = "附件1,,\n示例省2024年疫苗采购结果,,\n药品通用名,规格,采购价（元）\n甲疫苗,0.5ml,12\n乙疫苗,1ml,65元/支\n"
    report = check_text(text, type="medicine/result")
    assert (report.taken, report.records, codes(report)) == (2, 1, [])


def test_every_cell_is_counted(check_text: CheckText) -> None:
    report = check_text("宗地编号,成交价,内部备忘\nA,100,x\nB,-,\n", type=RESULT)
    assert [(use.heading, use.properties, use.non_empty, use.reached) for use in report.columns] == [
        ("宗地编号", ["lots.parcelNumber"], 2, 2),
        ("成交价", ["lots.price"], 1, 1),
        ("内部备忘", [], 1, 0),
    ]
    assert report.share == 0.75


def test_a_cell_beyond_the_headings_is_shown(check_text: CheckText) -> None:
    report = check_text("宗地编号,成交价\nA,100,x\nB,200,\n", type=RESULT)
    assert [(use.letter, use.heading, use.non_empty) for use in report.columns][2] == ("C", "", 1)


def test_an_organization_of_which_only_the_telephone_is_known_is_left_out(check_text: CheckText) -> None:
    report = check_text("宗地编号,出让人,联系电话\nA,示例局,1\nB,,2\n", type=RESULT)
    assert report.taken == 2
    assert [(found.code, found.row) for found in report.issues] == [("L026", 3)]


def test_regions_in_several_columns_are_one(check_text: CheckText, tmp_path: Path, catalog: Catalog) -> None:
    report = check_text("城市,区县,宗地编号\n天津市,和平区,A\n和平区,天津市,B\n", type=RESULT)
    assert report.taken == 2
    # What is left of the second row, 天津市, is broader than the publisher's level.
    assert codes(report) == ["L022", "S020"]


def test_a_line_above_states_the_unit(
    check_text: CheckText, tmp_path: Path, catalog: Catalog, engine: Engine
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("填报单位：示例局,单位：万元\n宗地编号,成交价\nA,100\n", "utf-8")
    load(path, catalog, engine, type=RESULT, publisher=PUBLISHER, now=NOW)
    with engine.connect() as connection:
        assert connection.scalar(select(tables.disclosure.c.amount_fen)) == 100_000_000


def test_a_workbook_with_merged_headings_and_a_cover_sheet(catalog: Catalog, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cover, sheet = book.active, book.create_sheet("成交结果")
    assert cover is not None
    cover["A1"] = "说明"
    for row in (
        ["2024年成交结果"],
        ["宗地编号", "受让人"],
        [None, "名称", "地址"],
        ["A", "示例公司", "示例路1号"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:C2")
    path = tmp_path / "a.xlsx"
    book.save(path)
    report = check(path, catalog, type=RESULT, publisher=PUBLISHER)
    assert (report.taken, codes(report)) == (1, ["L020"])
    assert [use.properties for use in report.columns] == [
        ["lots.parcelNumber"], ["lots.transferee.name"], ["lots.transferee.address"]
    ]  # fmt: skip


def test_a_record_in_our_own_json_is_taken_as_it_is(check_text: CheckText, catalog: Catalog) -> None:
    sample = dict(catalog.type(RESULT).sample)
    report = check_text(json.dumps([sample], ensure_ascii=False), "file.json", publisher=None)
    assert (report.taken, report.types) == (1, {RESULT: 1})
    faulty = {**sample, "publishedDate": "昨天"}
    report = check_text(json.dumps([faulty], ensure_ascii=False), "file.json", publisher=None)
    assert (report.refused, codes(report)) == (1, ["S004"])


def test_other_json_is_read_by_its_names(check_text: CheckText) -> None:
    rows = [{"data": {"宗地编号": "A", "成交价": "100万元"}, "网址": "http://example.org/1"}]
    report = check_text(json.dumps(rows, ensure_ascii=False), "file.json", type=RESULT)
    assert report.taken == 1
    assert {use.heading: use.properties for use in report.columns} == {
        "data.宗地编号": ["lots.parcelNumber"], "data.成交价": ["lots.price"], "网址": ["sourceUrl"]
    }  # fmt: skip


def test_a_file_that_cannot_be_read_is_a_report(
    check_text: CheckText, catalog: Catalog, tmp_path: Path
) -> None:
    report = check(tmp_path / "none.csv", catalog, type=RESULT, publisher=PUBLISHER)
    assert (report.unreadable, codes(report), report.rows) == (True, ["F001"], 0)
    broken = check_text(HEADING + lines(1) + '"\n' + lines(2), type=RESULT)
    assert (broken.unreadable, codes(broken), broken.taken, broken.ok) == (True, ["F020"], 0, False)


def test_a_file_without_rows_says_so(check_text: CheckText) -> None:
    assert codes(check_text(HEADING, type=RESULT)) == ["L008"]


def test_issues_are_counted_beyond_those_shown(check_text: CheckText) -> None:
    report = check_text(
        HEADING + "".join(lines(n).replace("1.5", "很大") for n in range(KEPT + 50)), type=RESULT
    )
    assert (len(report.issues), report.issue_counts, report.refused) == (KEPT, {"L013": KEPT + 50}, KEPT + 50)


def stored(engine: Engine) -> dict[str, Any]:
    """Everything the database says but times."""
    with engine.connect() as connection:
        return {
            table.name: sorted(
                tuple(value for column, value in row._mapping.items() if not column.endswith("_at"))
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            )
            for table in (tables.disclosure, tables.lot, tables.party, tables.load)
        }  # fmt: skip


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.csv"
    path.write_text(HEADING + lines(1, 2) + lines(3).replace("1.5", "电话13900000000"), "utf-8")
    return path


def run(path: Path, catalog: Catalog, engine: Engine) -> Report:
    return load(path, catalog, engine, type=RESULT, publisher=PUBLISHER, now=NOW)


def test_a_load_stores_records_refused_rows_and_sources(
    results: Path, catalog: Catalog, engine: Engine
) -> None:
    report = run(results, catalog, engine)
    assert (report.taken, report.refused, report.stored) == (2, 1, 2)
    with engine.connect() as connection:
        body = connection.execute(select(tables.value_source.c.body)).scalars().first()
        refused = connection.execute(select(tables.refused)).mappings().one()
        done = connection.execute(select(tables.load)).mappings().one()
    assert body["lots.0.price.amount"][2:] == ["成交价(万元)", "unit:万元", "100"]
    assert body["lots.0.parcelNumber"][2:] == ["宗地编号", None]
    assert (refused["row"], refused["cells"]["宗地编号"]) == (4, "GK-3")
    assert "13900000000" not in str(refused)
    assert (done["status"], done["rows"], done["taken"], done["refused"]) == ("done", 3, 2, 1)


def test_loading_a_file_twice_changes_nothing(results: Path, catalog: Catalog, engine: Engine) -> None:
    run(results, catalog, engine)
    before = stored(engine)
    again = run(results, catalog, engine)
    assert (again.stored, again.unchanged, again.revised) == (0, 2, 0)
    assert stored(engine) == before


def test_an_interrupted_load_ends_as_one_clean_load(
    results: Path,
    catalog: Catalog,
    engine: Engine,
    new_database: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results.write_text(HEADING + lines(*range(10)), "utf-8")
    monkeypatch.setattr(loading, "BATCH", 3)
    written = storing.write_drafts
    calls: list[int] = []

    def dies(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return written(*arguments, **named)

    monkeypatch.setattr(storing, "write_drafts", dies)
    with pytest.raises(KeyboardInterrupt):
        run(results, catalog, engine)
    with engine.connect() as connection:
        assert connection.scalar(select(tables.load.c.status)) == "running"
    report = run(results, catalog, engine)
    assert (report.unchanged, report.stored) == (6, 4)
    assert len(stored(engine)["disclosure"]) == 10


def test_a_changed_file_revises_its_records(results: Path, catalog: Catalog, engine: Engine) -> None:
    run(results, catalog, engine)
    results.write_text(HEADING + lines(1) + lines(2, price="200"), "utf-8")
    report = run(results, catalog, engine)
    assert (report.unchanged, report.revised) == (1, 1)


def test_a_unit_below_the_table_is_known_before_anything_is_stored(
    results: Path, catalog: Catalog, engine: Engine
) -> None:
    results.write_text("宗地编号,土地坐落,成交价格,受让人\nA-1,示例路,100,甲\n注：金额单位：万元\n", "utf-8")
    report = run(results, catalog, engine)
    assert (report.stored, report.taken, report.issue_counts["L136"]) == (1, 1, 1)
    assert 100_000_000 in stored(engine)["lot"][0]


def test_a_file_broken_in_the_middle_stores_nothing(results: Path, catalog: Catalog, engine: Engine) -> None:
    results.write_text(HEADING + lines(1) + '"\n', "utf-8")
    assert run(results, catalog, engine).unreadable
    assert not stored(engine)["disclosure"]


def test_progress_is_told(results: Path, catalog: Catalog) -> None:
    results.write_text(HEADING + lines(*range(5000)), "utf-8")
    told: list[SoFar] = []
    check(results, catalog, type=RESULT, publisher=PUBLISHER, progress=told.append)
    rows = [so_far.rows for so_far in told]
    assert rows == sorted(rows)
    assert len(rows) > 3


def test_progress_tells_what_was_found_so_far(results: Path, catalog: Catalog) -> None:
    results.write_text(HEADING + lines(1, 2).replace("1.5", "很大", 1) + lines(*range(3, 5000)), "utf-8")
    told: list[tuple[int, list[Any]]] = []
    check(
        results, catalog, type=RESULT, publisher=PUBLISHER,
        progress=lambda so_far: told.append((so_far.rows, [one.summary() for one in so_far.issues.ranked()])),
    )  # fmt: skip
    rows, (group,) = told[0]
    assert (rows < 5000, group["code"], group["count"]) == (True, "L013", 1)


def test_the_report_is_json(check_text: CheckText) -> None:
    report = check_text(HEADING + lines(1) + lines(2).replace("1.5", "很大"), type=RESULT).to_json()
    assert json.loads(json.dumps(report))["columns"][0] == {
        "sheet": "", "heading": "宗地编号", "letter": "A", "properties": ["lots.parcelNumber"], "dropped": None,
        "nonEmpty": 2, "reached": 2, "share": 1.0,
    }  # fmt: skip
    assert report["rows"] == report["taken"] + report["refused"] + sum(report["skipped"].values())


def test_a_row_counted_twice_is_a_bug() -> None:
    counts = {"types": {}, "skipped": {}, "columns": (), "found": Issues()}
    numbers = dict.fromkeys(("unsupported", "records", "stored", "unchanged", "revised", "withdrawn"), 0)
    with pytest.raises(AssertionError):
        Report("a", "", None, rows=3, taken=1, refused=1, **counts, **numbers)  # type: ignore[arg-type]


def test_a_format_error_is_not_raised(catalog: Catalog, tmp_path: Path) -> None:
    try:
        check(tmp_path, catalog, type=RESULT, publisher=PUBLISHER)
    except FormatError:
        pytest.fail("a file that cannot be read is a report")


def test_flat_json_with_property_names_is_read_as_cells(check_text: CheckText) -> None:
    rows = [
        {"title": "示例公告", "region": "呈贡区", "sourceUrl": "http://example.org/1", "noticeNumber": "1"}
    ]
    report = check_text(json.dumps(rows, ensure_ascii=False), "file.json", type="land/grant-notice")
    assert (report.taken, codes(report)) == (1, [])


def test_a_record_without_its_schema_is_known_by_the_type(check_text: CheckText, catalog: Catalog) -> None:
    sample = {name: value for name, value in catalog.type(RESULT).sample.items() if name != "schema"}
    report = check_text(json.dumps([sample], ensure_ascii=False), "file.json", type=RESULT)
    assert (report.taken, report.types) == (1, {RESULT: 1})


def test_a_record_that_names_no_region_has_its_publishers(
    tmp_path: Path, catalog: Catalog, engine: Engine
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("宗地编号,成交价,区县\nA,1,\nB,2,官渡区\n", "utf-8")
    load(path, catalog, engine, type=RESULT, publisher=PUBLISHER, now=NOW)
    with engine.connect() as connection:
        rows = connection.execute(select(tables.disclosure.c.region, tables.disclosure.c.level)).all()
    assert sorted(map(tuple, rows)) == [("530111", "county"), ("530114", "county")]


def test_a_nested_record_in_xml_has_its_numbers_and_lists(check_text: CheckText) -> None:
    text = """<?xml version="1.0" encoding="UTF-8"?><records>
      <record><schema>land/grant-result/1.0</schema><localId>1</localId><publisher><name>示例局</name></publisher><remark/>
        <lots><parcelNumber>A-1</parcelNumber><parcelArea>1000.5</parcelArea><grantTerm>50</grantTerm></lots></record>
      <record><schema>land/grant-result/1.0</schema><localId>2</localId><publisher><name>示例局</name></publisher>
        <lots><parcelNumber>A-2</parcelNumber><price><amount>100</amount></price></lots>
        <lots><parcelNumber>A-3</parcelNumber><parcelArea>很大</parcelArea></lots></record></records>"""
    report = check_text(text, "file.xml", publisher=None)
    assert (report.taken, codes(report)) == (1, ["S003"])


def test_a_sheet_of_notes_beside_a_table_is_no_fault(
    catalog: Catalog, tmp_path: Path, report_schema: jsonschema.Draft202012Validator
) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["宗地编号", "出让面积(公顷)", "成交日期"])  # type: ignore[union-attr]
    workbook.active.append(["A-1", 1.5, "2024-06-18"])  # type: ignore[union-attr]
    workbook.create_sheet("说明")["A1"] = "内部说明"
    workbook.create_sheet("其他").append(["甲", "乙"])
    workbook["其他"].append([1, 2])
    workbook.save(tmp_path / "file.xlsx")
    report = check(tmp_path / "file.xlsx", catalog, type=RESULT, publisher=PUBLISHER)
    report_schema.validate(report.to_json())
    assert [(found.code, found.sheet) for found in report.issues] == [("L020", "说明"), ("L001", "其他")]


def test_objects_after_many_empty_ones_are_read(check_text: CheckText) -> None:
    empty: list[dict[str, str]] = [{}] * 60
    filled = {"宗地编号": "GK-1", "土地坐落": "示例路1号", "发布日期": "2024-06-11"}
    report = check_text(json.dumps([*empty, filled], ensure_ascii=False), "file.json", type=RESULT)
    assert (report.rows, report.skipped, report.records) == (61, {"blank": 60}, 1)
    assert codes(check_text(json.dumps(empty), "file.json", type=RESULT))[-1] == "L008"


@pytest.mark.parametrize("digits", [20, 400, 5000])
def test_a_number_of_any_length_is_a_finding(check_text: CheckText, digits: int) -> None:
    lot = f"<parcelNumber>GK-1</parcelNumber><price><amount>1{'0' * digits}</amount></price>"
    record = f"<result><schema>{RESULT}/1.0</schema><title>公示</title><localId>R1</localId><lots>{lot}</lots></result>"
    report = check_text(f"<results>{record * 2}</results>", "file.xml")
    assert (report.rows, report.refused) == (2, 2)
    assert set(codes(report)) == {"S007" if digits == 20 else "S003"}


def test_no_sentence_quotes_a_telephone_in_full(check_text: CheckText) -> None:
    heading = HEADING.replace("\n", ",受让人联系电话\n")
    one, other = (lines(1).replace("\n", f",{phone}\n") for phone in ("0871-60000001", "13900000000"))
    for text in (one + other, other + one):
        report = check_text(heading + text, type=RESULT)
        assert codes(report) == ["L041"]
        assert "13900000000" not in json.dumps(report.to_json(), ensure_ascii=False)
