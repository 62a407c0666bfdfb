"""Files that departments published, outside the project: how much of them is taken. Skipped where they are not."""

import csv
import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from loaders.load import check, load
from loaders.profile import names
from loaders.profile_file import load_profile
from loaders.report import Report
from loaders.text import clean, half
from schemas.catalog import Catalog
from store import tables
from store.engine import connect

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the published files are not on this machine")

# file, profile, rows, records, least part of the supported rows taken, least part of the filled cells that reach a
# property.
FILES: list[tuple[str, str, int, int, float, float]] = [
    ("yunnan/yunnan_land_supply_results.csv", "yunnan-grant-results", 42, 42, 1, 0.94),
    ("land/gd_供地结果_DataSupplyResultDetail.csv", "guangdong-grant-results", 1838, 1838, 1, 0.96),
    ("land/gd_供地计划_DatasupplyLandPlanDetail.csv", "guangdong-supply-plans", 115, 113, 1, 0.95),
    ("land/landchina_出让公告2011前.csv", "landchina-notices-until-2011", 905, 292, 0.99, 0.9),
    ("land/landchina_出让公告2011后.csv", "landchina-notices-since-2011", 64, 36, 1, 0.95),
    ("land/landchina_供地计划.csv", "landchina-supply-plans", 25, 25, 1, 0.9),
    ("land/landchina_2007年01月.xls", "landchina-grant-results-2007", 90, 90, 1, 0.99),
    ("land/landchina_liptao_data_raw_cn.xlsx", "landchina-grant-results-english", 189, 189, 1, 0.94),
    ("land/landchina_供地结果_gbk.jsonl", "landchina-grant-results-json", 241, 241, 1, 0.93),
    ("land/天津_出让结果.csv", "tianjin-grant-results", 223, 68, 0.99, 0.92),
    ("land/天津_出让公告.csv", "tianjin-grant-notices", 239, 70, 1, 0.9),
    ("land/天津_土地供应计划.csv", "tianjin-supply-plans", 39, 39, 1, 0.82),
    ("land/山西_出让公告.csv", "shanxi-grant-notices", 119, 93, 1, 0.95),
    ("land/山西_出让结果.csv", "shanxi-grant-results", 295, 154, 0.93, 0.81),
    ("land/山西_结果公示.csv", "shanxi-result-publicity", 128, 23, 1, 0.8),
    ("land/深圳_土地.csv", "shenzhen-land", 154, 73, 0.95, 0.65),
    ("mining/mnr_矿业权公告_2026-09.csv", "mnr-mining-notices", 28, 23, 1, 0.93),
    ("procurement/ccgp_project_2018_tsv.csv", "ccgp-tender-notices", 959, 931, 0.97, 0.99),
    ("procurement/ggzy_national_2026-03-17_体育.json", "ggzy-notices", 100, 96, 1, 0.91),
    ("yunnan/yunnan_ccgp_2018.tsv", "ccgp-tender-notices", 2, 2, 1, 1),
    ("yunnan/yunnan_ggzy_notices.json", "ggzy-notices", 2, 2, 1, 0.83),
    ("works/yichang_中标候选人_hx_parsed.json", "yichang-award-candidates", 1966, 1966, 1, 0.87),
    ("works/六安_招标公告_汇总.xlsx", "luan-tender-notices", 526, 526, 1, 1),
    ("works/六安_中标公告_2023-10-09.xlsx", "luan-award-results", 500, 490, 1, 1),
    ("works/杭州_中标项目_2023-10-30.xlsx", "hangzhou-award-results", 741, 741, 1, 0.9),
    ("medicine/raw_云南省2016.xlsx", "yunnan-vaccines-2016", 108, 1, 1, 1),
    ("medicine/raw_四川省.xls", "sichuan-vaccines-2017", 124, 1, 1, 0.94),
    ("medicine/raw_山东省2016.xlsx", "shandong-vaccines-2016", 125, 1, 1, 1),
    ("medicine/raw_江西省2018.xlsx", "jiangxi-vaccines-2018", 191, 2, 1, 1),
    ("medicine/raw_湖南省.xlsx", "hunan-vaccines", 128, 1, 1, 1),
    ("medicine/raw_福建省.xlsx", "fujian-vaccines", 117, 1, 1, 1),
    ("medicine/raw_贵州2018.xlsx", "guizhou-vaccines-2018", 134, 1, 1, 1),
    ("medicine/raw_广西.html", "guangxi-vaccines", 19, 1, 1, 0.93),
    ("medicine/clean_云南省.csv", "vaccines-cleaned", 108, 1, 1, 1),
    ("procurement/ggzy_national_2026-03-17_体育.csv", "ggzy-notices-csv", 100, 96, 1, 1),
    ("works/丽水_开标记录_2023-10-30.csv", "lishui-bid-openings", 209, 209, 1, 0.64),
]


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """The reports made so far, each once."""
    return {}


def report_of(file: str, profile: str, catalog: Catalog, reports: dict[str, Report]) -> Report:
    if file not in reports:
        reports[file] = check(DATA / file, catalog, profile=load_profile(profile, catalog))
    return reports[file]


@pytest.mark.parametrize(
    ("file", "profile", "rows", "records", "taken", "share"), FILES, ids=[file for file, *_ in FILES]
)
def test_a_published_file_is_taken(
    catalog: Catalog,
    reports: dict[str, Report],
    file: str,
    profile: str,
    rows: int,
    records: int,
    taken: float,
    share: float,
) -> None:
    report = report_of(file, profile, catalog, reports)
    assert not report.unreadable
    assert (report.rows, report.records) == (rows, records)
    supported = report.rows - report.unsupported - sum(report.skipped.values())
    assert report.taken >= taken * supported
    assert report.share is not None
    assert report.share >= share


def test_every_profile_has_its_file() -> None:
    assert {profile for _, profile, *_ in FILES} == set(names())


def test_no_personal_number_is_in_a_report(catalog: Catalog, reports: dict[str, Report]) -> None:
    from loaders.personal import mask

    for file, profile, *_ in FILES[:12]:
        for issue in report_of(file, profile, catalog, reports).issues:
            assert not mask(f"{issue.value} {issue.message}")[1]


def test_prices_agree_with_those_another_hand_took_from_the_same_file(
    catalog: Catalog, sqlite_template: Path, tmp_path: Path
) -> None:
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'test.db')}")
    profile = load_profile("yunnan-vaccines-2016", catalog)
    load(DATA / "medicine/raw_云南省2016.xlsx", catalog, engine, profile=profile, now=datetime(2024, 1, 1))
    with engine.connect() as connection:
        (record,) = connection.execute(select(tables.document.c.body)).scalars()
    engine.dispose()
    ours = Counter(
        (half(item["itemName"]), item["supplier"]["name"], float(item["unitPrice"]["amount"]))
        for item in record["items"]
    )
    with (DATA / "medicine/clean_云南省.csv").open(encoding="utf-8", newline="") as stream:
        theirs = Counter(
            (half(clean(row["name"])), clean(row["report_company"]), float(row["price"]))
            for row in csv.DictReader(stream)
        )
    assert sum((ours - theirs).values()) == sum((theirs - ours).values()) == 0
