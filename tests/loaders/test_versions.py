"""Files of an older version: they load, are judged by their own version, and keep saying which it is."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from loaders.load import check, load
from loaders.report import Report
from schemas.catalog import Catalog
from store import tables
from tests.toy import evolved

TYPE = evolved.TYPE
PUBLISHER = "11530114MB0W00017C"
NOW = datetime(2024, 7, 1)
OLD_HEADINGS = "地块编号,成交日期,成交价(元),测量方法,传真,发布日期,标题\n"
OLD_ROW = "P-1,2024-01-26,300.5,实地测量,0000-1,2024-03-05,甲\n"


def checked(catalog: Catalog, path: Path, text: str, **asked: Any) -> Report:
    path.write_text(text, "utf-8")
    return check(path, catalog, publisher=PUBLISHER, **asked)


def codes(report: Report) -> list[str]:
    return [one.code for one in report.issues]


@pytest.mark.parametrize("version", evolved.VERSIONS)
def test_a_json_record_is_judged_by_the_version_it_names(
    version: str, toy_catalog: Catalog, tmp_path: Path
) -> None:
    text = json.dumps([evolved.sample(version)], ensure_ascii=False)
    # The invented record was published after its deadline.
    assert codes(checked(toy_catalog, tmp_path / "a.json", text)) == ["S030"]
    wrong = [evolved.sample(version) | {"schema": f"{TYPE}/{'2.0' if version != '2.0' else '1.0'}"}]
    found = checked(toy_catalog, tmp_path / "b.json", json.dumps(wrong, ensure_ascii=False))
    assert "S002" in codes(found)
    assert found.refused == 1


def test_a_record_that_comes_in_two_versions_is_taken_once(
    toy_catalog: Catalog, tmp_path: Path, engine: Engine
) -> None:
    path = tmp_path / "a.jsonl"
    old = evolved.sample("1.0")
    path.write_text(
        "".join(json.dumps(old | {"schema": f"{TYPE}/{one}"}) + "\n" for one in ("1.0", "1.1")), "utf-8"
    )
    for report in (check(path, toy_catalog), load(path, toy_catalog, engine, now=NOW)):
        assert (report.taken, report.refused, report.records) == (1, 1, 1)
        found = next(one for one in report.issues if one.code == "L041")
        assert (found.row, found.value) == (2, f"{TYPE}/1.1")


@pytest.mark.parametrize("version", evolved.VERSIONS)
def test_a_spreadsheet_becomes_records_of_the_version_that_is_asked_for(
    version: str, toy_catalog: Catalog, tmp_path: Path, engine: Engine
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(OLD_HEADINGS + OLD_ROW, "utf-8")
    report = load(path, toy_catalog, engine, type=f"{TYPE}/{version}", publisher=PUBLISHER, now=NOW)
    assert (report.taken, report.stored) == (1, 1), report.issues
    with engine.connect() as connection:
        (row,) = connection.execute(select(tables.disclosure)).mappings()
        body = connection.scalars(select(tables.document.c.body)).one()
    assert (row["type"], row["schema_version"], row["amount_fen"]) == (TYPE, version, 30_050)
    assert body["schema"] == f"{TYPE}/{version}"
    names = ("plotNumber", "dealPrice") if version == "2.0" else ("parcelCode", "salePrice")
    assert set(names) <= set(body)
    assert ("fax" in body) == (version != "2.0")
    fax = next(use for use in report.columns if use.heading == "传真")
    assert fax.properties == ([] if version == "2.0" else ["fax"])


def test_without_a_version_the_newest_is_meant(toy_catalog: Catalog, tmp_path: Path) -> None:
    report = checked(toy_catalog, tmp_path / "a.csv", OLD_HEADINGS + OLD_ROW, type=TYPE)
    assert {"plotNumber", "saleDate"} <= {name for use in report.columns for name in use.properties}
    same = checked(toy_catalog, tmp_path / "a.csv", OLD_HEADINGS + OLD_ROW, type=f"{TYPE}/2.0")
    assert same.to_json() == report.to_json()


def test_a_profile_may_ask_for_an_older_version(toy_catalog: Catalog, tmp_path: Path) -> None:
    from loaders.profile_file import parse_profile

    profile = parse_profile(f'title = "示例"\ntype = "{TYPE}/1.0"\n', "test", toy_catalog)
    report = checked(toy_catalog, tmp_path / "a.csv", OLD_HEADINGS + OLD_ROW, profile=profile)
    assert "parcelCode" in {name for use in report.columns for name in use.properties}


def test_a_code_of_a_later_day_is_refused_in_an_older_version(toy_catalog: Catalog, tmp_path: Path) -> None:
    text = "地块编号,渠道,发布日期,标题\nP-1,虚构应用,2024-03-05,甲\n"
    old = checked(toy_catalog, tmp_path / "a.csv", text, type=f"{TYPE}/1.0")
    assert "S135" in codes(old)
    assert old.refused == 1
    newer = checked(toy_catalog, tmp_path / "b.csv", text, type=f"{TYPE}/1.1")
    assert newer.taken == 1


def test_a_heading_means_what_replaced_a_deprecated_property(toy_catalog: Catalog, tmp_path: Path) -> None:
    """`telephone` of 1.1 is deprecated; a heading that both have is the new one's."""
    from loaders.names import Names
    from loaders.units import Units

    old = toy_catalog.versions[f"{TYPE}/1.1"]
    names = Names(old, Units(toy_catalog.codelists["unit"]))
    assert [one.field.name for one in names.find("咨询电话")] == ["hotline"]
    assert [one.field.name for one in names.find("传真")] == ["fax"]
