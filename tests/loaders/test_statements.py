"""That there was nothing to disclose: a record like any other, which a record of its period contradicts."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from loaders.load import load
from loaders.report import Report
from loaders.storing import Storing
from schemas.catalog import Catalog
from schemas.statement import Stated, statement, statements
from store import tables, withdrawing
from store.engine import writing

NOW = datetime(2024, 7, 10)
PUBLISHER, OTHER = "11530114MB0W00017C", "11530100MB0W000199"
STATED = "标题,声明的信息类型,声明期间开始日期,声明期间截止日期,行政区划代码,发布日期\n"
QUARTER = "示例声明,土地成交公示,2024-04-01,2024-06-30,530114,2024-07-03\n"
RESULTS = "宗地编号,土地坐落,受让人,成交日期,发布日期,行政区划代码\n"
RESULT, NIL = "land/grant-result", "oversight/nil-statement"


@pytest.fixture
def taken(engine: Engine, catalog: Catalog, tmp_path: Path) -> "Taking":
    """Loads texts as tables."""
    return Taking(engine, catalog, tmp_path)


class Taking:
    """A department's tables, loaded one after the other."""

    def __init__(self, engine: Engine, catalog: Catalog, folder: Path) -> None:
        self._engine, self._catalog, self._folder = engine, catalog, folder

    def __call__(self, text: str, type: str | None = None, publisher: str = PUBLISHER) -> Report:
        path = self._folder / "table.csv"
        path.write_text(text, "utf-8")
        return load(path, self._catalog, self._engine, type=type, publisher=publisher, now=NOW)


def found(report: Report) -> list[tuple[str, int | None]]:
    return [(one.code, one.row) for one in report.issues if one.code in ("K040", "K041")]


def result(number: int, published: str, region: str = "530114") -> str:
    return f"示例-{number},示例路{number}号,示例公司,2024-05-06,{published},{region}\n"


def test_a_statement_of_a_quarter_is_found_by_its_headings_stored_and_revised(
    taken: Taking, engine: Engine
) -> None:
    report = taken(STATED + QUARTER)
    assert (report.types, report.stored, report.ok, found(report)) == ({NIL: 1}, 1, True, [])
    again = taken(STATED + QUARTER.replace("示例声明", "改过的声明"))
    assert (again.stored, again.revised) == (0, 1)
    with engine.connect() as connection:
        body = connection.scalars(select(tables.document.c.body)).one()
    assert body["statedType"] == RESULT
    assert body["statedPeriod"] == {"startAt": "2024-04-01", "endAt": "2024-06-30"}


def test_a_type_that_is_none_or_several_is_refused(taken: Taking) -> None:
    rows = (
        QUARTER.replace("土地成交公示", "别的公示")
        + QUARTER.replace("土地成交公示", "交易公告")
        + QUARTER.replace("2024-04-01", "")
    )
    report = taken(STATED + rows)
    assert (report.taken, report.refused) == (0, 3)


def test_what_comes_second_is_stored_and_warned_of(taken: Taking) -> None:
    first = taken(
        RESULTS
        + result(1, "2024-06-30")
        + result(2, "2024-07-01")
        + result(3, "")
        + result(4, "2024-05-01", "530102"),
        RESULT,
    )
    assert (first.stored, found(first)) == (4, [])
    report = taken(STATED + QUARTER)
    assert (report.stored, report.ok, found(report)) == (1, True, [("K040", 2)])
    (said,) = [one for one in report.issues if one.code == "K040"]
    assert "1 条" in said.message or "2 条" in said.message
    later = taken(
        RESULTS + result(5, "2024-04-01") + result(6, "2024-03-31") + result(7, "2024-05-01", "530102"),
        RESULT,
    )
    assert (later.stored, later.ok, found(later)) == (3, True, [("K041", 2)])
    assert found(taken(RESULTS + result(8, "2024-05-01"), RESULT, OTHER)) == []


def test_a_statement_that_is_withdrawn_contradicts_nothing(
    taken: Taking, engine: Engine, catalog: Catalog
) -> None:
    taken(STATED + QUARTER)
    with engine.connect() as connection:
        id = connection.scalars(select(tables.disclosure.c.id)).one()
    with writing(engine) as connection:
        withdrawing.withdraw(connection, id, "示例理由", catalog, NOW)
    assert found(taken(RESULTS + result(1, "2024-05-01"), RESULT)) == []
    assert found(taken(STATED + QUARTER)) == []  # it is left alone


def test_both_in_one_batch_contradict_each_other_once(
    engine: Engine, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    common = {"publisher": {"uscc": PUBLISHER}, "region": "530114", "publishedDate": "2024-05-01"}
    records = [
        {"schema": f"{RESULT}/1.0", "localId": "1", "title": "示例", "lots": [{"parcelNumber": "SL-1"}], **common},
        {"schema": f"{NIL}/1.0", "title": "示例声明", "statedType": RESULT,
         "statedPeriod": {"startAt": "2024-04-01", "endAt": "2024-06-30"}, **common},
    ]  # fmt: skip
    path = tmp_path / "both.json"
    path.write_text(json.dumps(records, ensure_ascii=False), "utf-8")
    report = load(path, catalog, engine, now=NOW)
    assert (report.stored, [code for code, _ in found(report)]) == (2, ["K040"])
    at_once: list[bool] = []
    monkeypatch.setattr(Storing, "take", lambda *_, **named: at_once.append(named["at_once"]))
    load(path, catalog, engine, now=NOW, batch=1)
    assert at_once == [False, True]  # a statement is compared with what is committed


def test_statements_are_known_by_what_they_have(catalog: Catalog, toy_catalog: Catalog) -> None:
    assert [one.type for one, _ in statements(catalog)] == [NIL]
    assert statement(toy_catalog.type("land/invented")) is None
    kind = statement(catalog.type(NIL))
    assert kind is not None
    sample = catalog.type(NIL).sample
    says = kind.read(sample)
    assert says == Stated(RESULT, "2024-04-01", "2024-06-30", "530114")
    assert [
        kind.read({**sample, **wrong})
        for wrong in ({"statedType": 1}, {"statedPeriod": []}, {"statedPeriod": {}})
    ] == [None] * 3
    assert says.covers(RESULT, "2024-06-30", "530114", catalog)
    assert not says.covers(RESULT, "2024-07-01", "530114", catalog)
    assert not says.covers(RESULT, "2024-06-30", "530102", catalog)
