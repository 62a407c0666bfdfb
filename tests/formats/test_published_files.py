"""Published files, where the folder with them is there: they state no licence and are not part of the project."""

from collections import Counter
from pathlib import Path

import pytest

from formats.child import read_file

FILES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the folder of published files is not here")

# Rows (headings included), the most common width, the number of the last row.
EXPECTED = {
    "land/gd_供地结果_DataSupplyResultDetail.csv": (1839, 32, 1839),
    "land/gd_供地计划_DatasupplyLandPlanDetail.csv": (116, 29, 116),
    "land/landchina_供地计划.csv": (26, 28, 26),
    "land/landchina_出让公告2011前.csv": (906, 36, 906),
    "land/landchina_出让公告2011后.csv": (65, 45, 65),
    "land/天津_出让公告.csv": (240, 32, 240),
    "land/天津_出让结果.csv": (224, 16, 224),
    "land/天津_土地供应计划.csv": (40, 8, 40),
    "land/山西_出让公告.csv": (120, 30, 120),
    "land/山西_出让结果.csv": (296, 22, 296),
    "land/山西_结果公示.csv": (129, 42, 129),
    "land/深圳_土地.csv": (155, 75, 155),
    "land/landchina_2007年01月.xls": (91, 20, 91),
    "land/landchina_liptao_data_raw_cn.xlsx": (190, 28, 190),
    # 203 grants, and 38 entries of a list of grants.
    "land/landchina_供地结果_gbk.jsonl": (241, 25, 243),
    "yunnan/yunnan_land_supply_results.csv": (43, 25, 43),
    "yunnan/yunnan_ggzy_notices.json": (2, 17, 2),
    "yunnan/yunnan_ccgp_2018.tsv": (3, 4, 3),
    "procurement/ggzy_national_2026-03-17_体育.json": (100, 17, 100),
    "procurement/ggzy_national_2026-03-17_体育.csv": (101, 6, 102),
    "procurement/ccgp_project_2018_tsv.csv": (960, 4, 960),
    "medicine/clean_云南省.csv": (109, 7, 109),
    "medicine/raw_云南省2016.xlsx": (109, 4, 109),
    "medicine/raw_四川省.xls": (127, 24, 127),
    "medicine/raw_江西省2018.xlsx": (195, 10, 37),
    "medicine/raw_广西.html": (20, 16, 20),
    "works/yichang_中标候选人_hx_parsed.json": (1966, 4, 1966),
    "works/六安_招标公告_汇总.xlsx": (527, 7, 527),
    "works/六安_中标公告_2023-10-09.xlsx": (501, 7, 501),
    "works/丽水_开标记录_2023-10-30.csv": (210, 9, 210),
    "works/杭州_中标项目_2023-10-30.xlsx": (742, 36, 742),
    "mining/mnr_矿业权公告_2026-09.csv": (29, 20, 29),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_published_file_gives_the_rows_it_has(name: str) -> None:
    path = FILES / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    rows = list(read_file(path))
    width = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    assert (len(rows), width, rows[-1].number) == EXPECTED[name]
