"""Divisions: what a code lies in and has become, and which one a name means."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from schemas.codelist import Code, Codelist, load_codelists
from schemas.region import Regions

ROOT = Path(__file__).resolve().parents[2]
CODES = load_codelists(ROOT / "schemas" / "codelists")["region"].codes
REGIONS = Regions(Codelist("region", CODES.values()))
REAL_FILES = ROOT / ".." / "shared" / "data"


@pytest.mark.parametrize(
    ("code", "level", "ancestors", "prefecture", "province"),
    [
        ("530111001", "township", ("530111", "530100", "530000"), "530100", "530000"),
        ("530111", "county", ("530100", "530000"), "530100", "530000"),
        ("530100", "prefecture", ("530000",), "530100", "530000"),
        ("530000", "province", (), None, "530000"),
        ("100000", "national", (), None, None),
        ("110101", "county", ("110100", "110000"), "110100", "110000"),
        ("110100", "prefecture", ("110000",), "110100", "110000"),
        ("429004", "county", ("420000",), None, "420000"),
        ("469021", "county", ("460000",), None, "460000"),
        ("441900", "prefecture", ("440000",), "441900", "440000"),
        ("532130", "county", ("532100", "530000"), "532100", "530000"),  # retired, as it lay then
        ("999999", None, (), None, None),
    ],
)
def test_a_code_knows_what_it_lies_in(
    code: str, level: str | None, ancestors: tuple[str, ...], prefecture: str | None, province: str | None
) -> None:
    assert REGIONS.level(code) == level
    assert REGIONS.ancestors(code) == ancestors
    assert REGIONS.prefecture(code) == prefecture
    assert REGIONS.province(code) == province


@pytest.mark.parametrize(
    ("code", "ancestor", "within"),
    [
        ("530111", "530100", True),
        ("530111", "530000", True),
        ("530111", "530111", True),
        ("530111", "100000", True),
        ("530111", "530300", False),
        ("530100", "530111", False),
        ("532130", "532100", True),  # 威信县 lay in 昭通地区
        ("532130", "530600", True),  # and lies in 昭通市 as 530629
        ("532201", "530300", True),  # split, but both parts lie in 曲靖市
        ("341400", "340100", False),  # 巢湖市 was divided among three cities
        ("999999", "100000", False),
    ],
)
def test_a_division_lies_within_what_held_it_and_what_holds_it(
    code: str, ancestor: str, within: bool
) -> None:
    assert REGIONS.is_within(code, ancestor) is within


@pytest.mark.parametrize(
    ("code", "on", "current"),
    [
        ("530114", None, "530114"),
        ("532331", None, "532302"),
        ("532331", "2019-06-01", "532331"),
        ("532331", "2021-06-01", "532331"),  # the month is not known: both codes stand
        ("532331", "2022-01-01", "532302"),
        ("530422", None, "530481"),
        ("532621", None, "532601"),
        ("530121", None, "530114"),
        ("532423", None, "530481"),  # 澄江县: two steps
        ("532423", "2005-01-01", "530422"),
        ("500105", None, "500157"),
        ("500112", None, "500112"),  # divided among two
        ("999999", None, "999999"),
    ],
)
def test_a_retired_code_leads_to_its_successor(code: str, on: str | None, current: str) -> None:
    assert REGIONS.current(code, date.fromisoformat(on) if on else None) == current


@pytest.mark.parametrize(
    ("code", "on", "codes"),
    [
        ("532621", "2005-01-01", ["532621"]),
        ("532621", "2024-01-01", ["532601"]),  # 文山县 became 文山市
        ("532601", "2005-01-01", ["532621"]),
        ("532331", "2024-01-01", ["532302"]),  # 禄丰县 became 禄丰市
        ("532302", "2019-06-01", ["532331"]),
        ("532331", "2021-06-01", ["532331"]),  # the month is not known: each stands for itself
        ("532302", "2021-06-01", ["532302"]),
        ("530422", "2024-01-01", ["530481"]),  # 澄江县 became 澄江市
        ("530481", "2018-01-01", ["530422"]),
        ("530481", "1995-01-01", ["532423"]),  # two steps back
        ("532423", "2024-01-01", ["530481"]),  # and on
        ("530114", "2005-01-01", ["530121"]),
        ("341400", "2020-01-01", ["340100", "340200", "340500"]),  # divided
        ("340100", "2005-01-01", ["340100"]),  # what took something in stays itself
        ("500157", "2020-01-01", ["500105", "500112"]),  # came from two
        ("532302101", "2019-06-01", ["532302101"]),  # townships are known as of one year
        ("999999", "2020-01-01", []),
    ],
)
def test_what_stood_for_a_code_on_a_day(code: str, on: str, codes: list[str]) -> None:
    assert sorted(REGIONS.at(code, date.fromisoformat(on))) == codes


@pytest.mark.parametrize("year", [1990, 2005, 2018, 2024])
def test_what_stood_for_a_code_was_in_force(year: int) -> None:
    day = date(year, 6, 1)
    for code in CODES:
        assert all(CODES[one].in_force(day) for one in REGIONS.at(code, day)), code


def test_every_retired_code_of_yunnan_leads_to_codes_in_force() -> None:
    gone = [code for code in CODES.values() if code.code.startswith("53") and code.valid_to]
    assert len(gone) > 90
    for code in gone:
        assert REGIONS.at(code.code, date(2025, 12, 31)), code


@pytest.mark.parametrize(
    ("name", "within", "code"),
    [
        ("昆明市", None, "530100"),
        ("昆明", None, "530100"),
        ("昆明市本级", None, "530100"),
        ("江门市本级", None, "440700"),
        ("四会市", None, "441284"),
        ("西盟佤族自治县", None, "530829"),
        ("西盟县", None, "530829"),
        ("西盟", None, "530829"),
        ("大理州", None, "532900"),
        ("大理", None, None),  # the prefecture or its city
        ("湖北省", None, "420000"),
        ("内蒙古", None, "150000"),
        ("吉林", None, "220000"),  # a province before its city
        ("中国", None, "100000"),
        ("仙桃市", None, "429004"),
        ("东莞市", None, "441900"),
        ("北京市", None, "110000"),
        ("北京市本级", None, "110100"),
        ("北京市 > 北京市市辖区 > 北京市本级", None, "110100"),
        ("河北省 > 张家口市 > 蔚县", None, "130726"),
        ("云南省/昆明市/高新区", None, "530100"),  # the smallest that is known
        ("省本级", None, None),
        ("省本级", "530000", "530000"),
        ("市本级", "530100", "530100"),
        ("昆明市市辖区", None, "530100"),
        ("鼓楼区", None, None),
        ("鼓楼区", "320100", "320106"),
        ("鼓楼区", "530000", None),
        ("增城市", None, "440183"),
        ("襄樊市", None, "420600"),
        ("梅县", None, "441421"),
        ("江北区", None, None),  # 宁波, and until 2025 重庆
        ("江北区", "500000", "500105"),
        ("东乡县", None, None),  # until 2016 in 江西, and short for 东乡族自治县
        ("东乡县", "360000", "361029"),
        ("华山街道", None, None),  # other provinces have one too
        ("华山街道", "530000", "530102001"),
        ("云南省昆明市官渡区官渡街道示例路1号", None, "530111006"),
        ("云南省昆明市官渡区人民政府", None, "530111"),
        ("云南昆明官渡区", None, "530111"),
        ("海口路12号", None, None),
        ("昆明市、曲靖市", None, None),
        ("云南省昆明市官渡区,东至规划路", None, "530111"),
        ("530114", None, "530114"),
        ("530114", "440000", None),
        ("530102001003", None, "530102001"),
        ("330483003", None, "330483"),  # no townships outside Yunnan: the county
        ("999999", None, None),
        ("深汕特别合作区", None, None),
        ("", None, None),
        ("", "530000", None),
    ],
)
def test_a_name_finds_its_division_or_none(name: str, within: str | None, code: str | None) -> None:
    assert REGIONS.find(name, within) == code


def test_full_width_spaces_and_brackets_make_no_difference() -> None:
    assert REGIONS.find(" 昆 明　市 ") == REGIONS.find("５３０１００") == "530100"


def test_every_division_is_found_by_its_title_in_its_parent() -> None:
    lost = [
        code.code
        for code in CODES.values()
        if code.parent and code.valid_to is None and REGIONS.find(code.title, code.parent) != code.code
    ]
    assert not lost


def test_a_successor_is_in_the_list_and_no_chain_is_a_circle() -> None:
    for code in CODES.values():
        successors = code.extra.get("successor", "").split("|") if code.valid_to else []
        assert all(one in CODES for one in successors), code
        assert code.valid_to or "successor" not in code.extra
        today = REGIONS.current(code.code)
        assert CODES[today].valid_to is None or "|" in CODES[today].extra["successor"], code


def test_levels_follow_the_digits() -> None:
    for code in CODES.values():
        digits = "township" if len(code.code) == 9 else "county"
        if code.code.endswith("00") and digits == "county":
            digits = "prefecture" if code.code[2:4] != "00" else "province"
        assert code.extra["level"] == ("national" if code.code == "100000" else digits), code


def test_yunnan_is_complete() -> None:
    inside = [code for code in CODES.values() if code.code.startswith("53") and code.valid_to is None]
    counts = {
        level: sum(code.extra["level"] == level for code in inside) for level in ("prefecture", "county")
    }
    assert counts == {"prefecture": 16, "county": 129}
    assert {code.code[:6] for code in inside if len(code.code) == 9} == {
        code.code for code in inside if code.extra["level"] == "county"
    }


def test_a_list_of_ones_own_will_do() -> None:
    rows = [
        Code("530000", "云南省", aliases=("云南",), extra={"level": "province"}),
        Code("530100", "昆明市", parent="530000", extra={"level": "prefecture"}),
    ]
    assert Regions(Codelist("toy", rows)).find("云南昆明市") == "530100"


NAME_COLUMNS = {"administration", "行政区", "行政区代码", "District", "district", "城市", "所在地", "区域"}
NUMBER_COLUMNS = {"电子监管号", "Electronic supervision number", "idnumber"}
PROVINCE_OF = {"gd_": "440000", "天津": "120000", "山西": "140000", "深圳": "440300"}


@pytest.mark.skipif(not REAL_FILES.is_dir(), reason="the real files are not on this machine")
def test_the_names_in_real_files_are_found() -> None:
    resolved = total = 0
    for path in sorted([*REAL_FILES.glob("land/*"), *REAL_FILES.glob("yunnan/*.csv")]):
        within = next((code for start, code in PROVINCE_OF.items() if path.name.startswith(start)), None)
        for names, number in _cells(path):
            found = [REGIONS.find(name, within) for name in names]
            total += len(found)
            resolved += sum(code is not None for code in found)
            if number and found[0]:
                assert REGIONS.current(found[0]) == REGIONS.current(number[:6]), (names, number)
    assert total > 4000
    # Not found: zones without a code (深汕特别合作区), bare 和平区, branches of farms.
    assert resolved / total > 0.94


def _cells(path: Path) -> Iterator[tuple[list[str], str]]:
    """The names of divisions in each row, and the number that begins with the division's code."""
    header, *rows = _rows(path)
    names = [i for i, heading in enumerate(header) if heading.strip() in NAME_COLUMNS]
    number = next((i for i, heading in enumerate(header) if heading.strip() in NUMBER_COLUMNS), None)
    for row in rows:
        filled = [row[i] for i in names if i < len(row) and row[i].strip()]
        if filled:
            yield filled, row[number] if number is not None else ""


def _rows(path: Path) -> list[list[str]]:
    if path.suffix in (".xls", ".xlsx"):
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        return [[str(cell) for cell in row] for row in sheet.to_python()]
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(text)))
    lines = (line.strip("[], \t") for line in text.splitlines())
    records = [json.loads(line) for line in lines if line.startswith("{")]
    return [["district", "idnumber"], *([r.get("district", ""), r.get("idnumber", "")] for r in records)]
