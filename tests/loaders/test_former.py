"""A code of before 2015 in the column of credit codes refuses no row: the organization is known by it."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from cli.synthetic.world import credit_code
from loaders.load import check, load
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store import tables
from store.engine import connect, writing
from store.migrate import upgrade
from store.seed import seed

HEADINGS = "宗地编号,土地位置,土地面积(平方米),成交价(万元),受让单位,受让单位统一社会信用代码,成交日期"
CODE = credit_code("91530102MA6K00014")
ORGANIZATION, NUMBER = f"{CODE[8:16]}-{CODE[16]}", "530100100012345"
TYPED: dict[str, Any] = {"type": "land/grant-result", "publisher": "11530114MB0W00017C"}


def file(folder: Path, name: str, company: str, code: str) -> Path:
    path = folder / f"{name}.csv"
    path.write_text(f"{HEADINGS}\n{name},示例路,1000,100,{company},{code},2014-06-18\n", "utf-8")
    return path


def test_the_row_is_stored_without_it_and_the_report_says_so(catalog: Catalog, tmp_path: Path) -> None:
    for code in (ORGANIZATION, NUMBER):
        report = check(file(tmp_path, "A-1", "云南示例置业有限公司", code), catalog, **TYPED)
        assert (report.taken, report.refused) == (1, 0)
        (found,) = [one for one in report.to_json()["groups"] if one["code"] == "O010"]
        assert found["severity"] == "warning"
    for wrong in (ORGANIZATION[:-1] + "Y", "530100800101233", "530100100012344"):
        assert check(file(tmp_path, "A-1", "云南示例置业有限公司", wrong), catalog, **TYPED).refused == 1
    assert check(file(tmp_path, "A-1", "", ORGANIZATION), catalog, **TYPED).refused == 1


def test_files_with_the_old_and_the_new_code_give_one_organization_in_any_order(
    engine: Engine, catalog: Catalog, tmp_path: Path
) -> None:
    files = [
        file(tmp_path, "A-1", "云南示例置业公司", ORGANIZATION),
        file(tmp_path, "A-2", "云南示例置业有限公司", CODE),
        file(tmp_path, "A-3", "云南示例另一有限公司", NUMBER),
    ]
    found = []
    for number, order in enumerate([files, files[::-1]]):
        if number and engine.dialect.name == "postgresql":
            continue
        target = engine
        if number:
            target = connect(f"sqlite:///{tmp_path / 'other.db'}")
            upgrade(target)
            with writing(target) as connection:
                seed(connection, catalog)
        for path in order:
            load(path, catalog, target, now=utc_now(), **TYPED)
        with target.connect() as connection:
            p, d = tables.party.c, tables.document.c
            rows = connection.execute(select(p.organization_id, p.said_id, p.name).order_by(p.name)).all()
            bodies = [str(one) for one in connection.scalars(select(d.body))]
        assert not any(
            code in body
            for code in (ORGANIZATION, ORGANIZATION.replace("-", "") + "'", NUMBER)
            for body in bodies
        )
        found.append([tuple(row) for row in rows if row.name.startswith("云南")])
    assert all(one == found[0] for one in found)
    heads = {row[0] for row in found[0]}
    assert heads == {CODE, f"code-{NUMBER}"}
