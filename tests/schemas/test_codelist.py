"""How a wording finds its code, and what is true of every codelist in the folder."""

import csv
import io
import json
import re
from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from schemas.codelist import Code, Codelist, fold, load_codelists
from schemas.errors import SchemaError
from schemas.policy import Policy

FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "codelists"
LISTS = load_codelists(FOLDER)
OFFICIAL = {
    "region",
    "land-use",
    "works-category",
    "industry",
    "mineral",
}  # these keep their standard's own codes
COLUMNS = {
    "region": {"level", "successor", "note"},
    "procurement-method": {"ocds"},
    "unit": {"base", "factor"},
}
TYPES = Policy.load(FOLDER.parent / "policy").matters
GRAPHQL_NAME = re.compile(r"(?!__|(true|false|null)$)[_A-Za-z][_0-9A-Za-z]*")

TOY = Codelist(
    "toy",
    [
        Code("openTender", "公开招标", aliases=("公开招标(采购)",)),
        Code("old", "工业用地", valid_to="2017-10-31"),
        Code("new", "工业用地", valid_from="2017-11-01"),
        Code("gone", "街巷用地", valid_to="2017-10-31"),
        Code("north", "鼓楼区"),
        Code("south", "鼓楼区"),
        Code("K", "房地产业"),
        Code("K70", "房地产业", parent="K"),
        Code("K701", "房地产业", parent="K70"),
        Code("lease", "租赁", aliases=("出租", "其他")),
        Code("other", "其他", aliases=("别的",)),
        Code("another", "另外", aliases=("别的",)),
    ],
)


@pytest.mark.parametrize(
    ("wording", "code"),
    [
        ("openTender", "openTender"),
        ("公开招标", "openTender"),
        (" 公 开　招标\n", "openTender"),
        ("公开招标（采购）", "openTender"),
        ("公开招标【采购】", "openTender"),
        ("ｏｐｅｎｔｅｎｄｅｒ", "openTender"),
        ("工业用地", "new"),  # the code in force, not the retired one
        ("街巷用地", "gone"),  # retired, but nobody else's name
        ("鼓楼区", None),  # two
        ("房地产业", "K"),  # the broadest of one branch
        ("其他", "other"),  # a title before an alias
        ("别的", None),
        ("邀请招标", None),
        ("", None),
    ],
)
def test_a_wording_finds_its_code_or_none(wording: str, code: str | None) -> None:
    assert TOY.find(wording) == code


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "day", "in_force"),
    [
        (None, None, "2020-01-01", True),
        ("2016-12", None, "2016-12-01", True),
        ("2016-12", None, "2016-11-30", False),
        (None, "2016-12", "2016-12-31", True),
        (None, "2016-12", "2017-01-01", False),
        ("2011", "2014", "2014-12-31", True),
        ("2011", "2014", "2010-12-31", False),
        ("2007-08-10", "2017-10-31", "2017-11-01", False),
    ],
)
def test_validity_is_read_as_precisely_as_it_is_written(
    valid_from: str | None, valid_to: str | None, day: str, in_force: bool
) -> None:
    code = Code("x", "某", valid_from=valid_from, valid_to=valid_to)
    assert code.in_force(date.fromisoformat(day)) is in_force
    assert code.in_force() is (valid_to is None)


def test_a_code_twice_is_an_error() -> None:
    with pytest.raises(SchemaError, match="S122"):
        Codelist("toy", [Code("a", "甲"), Code("a", "乙")])


def test_a_file_without_the_columns_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text("code,name\na,甲\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="S121"):
        load_codelists(tmp_path)


def test_a_file_is_read_in_order_with_its_own_columns(tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text(
        "code,title,titleEn,description,aliases,colour\nb,乙,B,,二|两,\na,甲,A,第一,,red\n", encoding="utf-8"
    )
    codes = load_codelists(tmp_path)["toy"].codes
    assert list(codes) == ["b", "a"]
    assert codes["b"].aliases == ("二", "两")
    assert codes["b"].extra == {}
    assert codes["a"] == Code("a", "甲", "A", "第一", extra={"colour": "red"})


@pytest.mark.parametrize("name", sorted(set(LISTS) - OFFICIAL))
def test_our_own_codes_are_graphql_names(name: str) -> None:
    # Units of the schemas are written as UCUM writes them where that is no name: a bare number, a quotient.
    # Types are called by their paths.
    exempt = {"1", "CNY/m2"} if name == "unit" else set(TYPES) if name == "disclosure-type" else set()
    assert not [code for code in LISTS[name].codes if code not in exempt and not GRAPHQL_NAME.fullmatch(code)]


def named_in_english(region: Code) -> bool:
    """Whether a division has to have an English title: provinces, and Yunnan's in force down to the counties."""
    level = region.extra["level"]
    ours = region.code.startswith("53") and region.valid_to is None
    return level in ("national", "province") or (ours and level in ("prefecture", "county"))


@pytest.mark.parametrize("codelist", LISTS.values(), ids=lambda codelist: codelist.name)
def test_every_code_says_what_it_is(codelist: Codelist) -> None:
    for code in codelist.codes.values():
        assert code.title.strip() == code.title != "", code
        assert code.title_en or (codelist.name == "region" and not named_in_english(code)), code
        assert code.title_en.isascii(), code
        assert set(code.extra) <= COLUMNS.get(codelist.name, set()) | {"source"}, code
        assert all(alias.strip() == alias != "" for alias in code.aliases), code
        for day in filter(None, (code.valid_from, code.valid_to)):
            assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", day), code


@pytest.mark.parametrize("codelist", LISTS.values(), ids=lambda codelist: codelist.name)
def test_the_index_says_what_every_list_is(codelist: Codelist) -> None:
    about = codelist.about
    assert re.search(r"[\u4e00-\u9fff]", about.title)
    assert about.title_en.isascii()
    assert about.title_en != codelist.name
    assert about.source
    assert about.source_en
    assert about.source_en.isascii()
    assert about.edition
    for day in filter(None, (about.valid_from, about.valid_to)):
        date.fromisoformat(day)
    assert about.use in ("open", "closed", "both", "keyword", "reference")
    assert about.reason or about.use in ("closed", "keyword"), "say why"


def test_the_index_knows_no_list_that_is_not_there() -> None:
    with FOLDER.with_suffix(".csv").open(encoding="utf-8", newline="") as stream:
        assert [row["name"] for row in csv.DictReader(stream)] == sorted(LISTS)


def test_a_list_without_an_index_is_called_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "toy.csv").write_text("code,title,titleEn,description\na,甲,A,\n", encoding="utf-8")
    found = load_codelists(tmp_path)["toy"]
    assert (found.title, found.title_en, found.source) == ("toy", "toy", "")


@pytest.mark.parametrize("codelist", LISTS.values(), ids=lambda codelist: codelist.name)
def test_a_code_begins_before_it_ends(codelist: Codelist) -> None:
    for code in codelist.codes.values():
        if code.valid_from and code.valid_to:
            shared = min(len(code.valid_from), len(code.valid_to))
            assert code.valid_from[:shared] <= code.valid_to[:shared], code
        for day in filter(None, (code.valid_from, code.valid_to)):
            date.fromisoformat(f"{day}-01-01"[:10] if len(day) == 4 else f"{day}-01"[:10])
        if code.parent:
            parent = codelist.codes[code.parent]
            assert parent.valid_to is None or code.valid_to is not None, f"{code.code} outlives {parent.code}"


@pytest.mark.parametrize("codelist", LISTS.values(), ids=lambda codelist: codelist.name)
def test_every_parent_is_a_code_of_the_list(codelist: Codelist) -> None:
    for code in codelist.codes.values():
        assert code.code not in codelist.ancestors(code.code)


@pytest.mark.parametrize("name", sorted(set(LISTS) - {"region"}))
def test_no_alias_means_two_codes_or_repeats_a_title(name: str) -> None:
    meanings = defaultdict(set)
    for code in LISTS[name].codes.values():
        for alias in code.aliases:
            meanings[fold(alias)].add(code.code)
        assert fold(code.title) not in map(fold, code.aliases), code
    assert not {alias: codes for alias, codes in meanings.items() if len(codes) > 1}
    titles = {fold(code.title) for code in LISTS[name].codes.values()}
    assert not titles & set(meanings)


def test_every_unit_has_a_base_and_an_exact_factor() -> None:
    units = LISTS["unit"].codes
    for unit in units.values():
        assert Fraction(unit.extra["factor"]) > 0
        base = units[unit.extra["base"]]
        assert base.extra["base"] == base.code
        assert base.extra["factor"] == "1"
    per_mu = Fraction(units["tenThousandYuan"].extra["factor"]) / Fraction(units["mu"].extra["factor"])
    assert Fraction(units["tenThousandYuanPerMu"].extra["factor"]) == per_mu
    assert Fraction(units["mu"].extra["factor"]) * 15 == Fraction(units["hectare"].extra["factor"])


@pytest.mark.parametrize(
    ("name", "wording", "code"),
    [
        ("unit", "㎡", "m2"),
        ("unit", "m²", "m2"),
        ("unit", "％", "percent"),
        ("unit", "万元", "tenThousandYuan"),
        ("currency", "￥", "CNY"),
        ("land-use", "其他普通商品住房用地", "073"),
        ("land-use", "工业用地", "0601"),
        ("land-use", "公共设施用地", "086"),
        ("land-use", "公用设施用地", "0809"),
        ("land-use", "商业、住宅用地", None),  # two uses
        ("land-use", "经营性用地", None),  # no class of the standard
        ("land-source", "新增建设用地（来自存量库）", "newlyAddedStock"),
        ("land-supply-method", "挂牌", "listing"),
        ("outcome", "流标数据", "failed"),
        ("procurement-method", "竞争性磋商", "competitiveConsultation"),
        ("works-category", "房建", "A01"),
        ("level", "县(区)级", None),
        ("industry", "房地产业", "K"),
        ("industry", "国家机构", "S92"),
        ("industry", "农业", "A01"),
        ("industry", "其他采矿业", "B12"),
        ("region", "西盟县", "530829"),
    ],
)
def test_departments_wordings_find_codes(name: str, wording: str, code: str | None) -> None:
    assert LISTS[name].find(wording) == code


def test_the_procurement_methods_map_to_ocds() -> None:
    mapped = {code.code: code.extra.get("ocds") for code in LISTS["procurement-method"].codes.values()}
    assert set(mapped.values()) == {"open", "selective", "limited", "direct", None}
    assert [code for code, ocds in mapped.items() if ocds is None] == ["other"]


def test_domains_and_stages_are_those_of_the_opinions() -> None:
    assert list(LISTS["domain"].codes) == [
        "housing", "land", "mining", "procurement", "medicine", "property", "works", "emissions", "concessions",
        "confiscated", "credit", "trading", "oversight",
    ]  # fmt: skip
    assert set(LISTS["stage"].codes) == {
        "planning", "notice", "candidates", "result", "approval", "correction", "contract", "termination",
        "implementation", "supervision",
    }  # fmt: skip


REAL_FILES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
LAND_USE_COLUMNS = {
    "landPurpose", "土地用途", "Land utilisation", "use", "土地用途：", "主要用途：", "用途名称", "用途",
}  # fmt: skip


@pytest.mark.skipif(not REAL_FILES.is_dir(), reason="the real files are not on this machine")
def test_nine_in_ten_land_uses_in_real_files_have_a_code() -> None:
    land_use = LISTS["land-use"]
    found = total = 0
    for path in sorted([*REAL_FILES.glob("land/*"), *REAL_FILES.glob("yunnan/*.csv")]):
        header, *rows = _rows(path)
        for column in (i for i, heading in enumerate(header) if heading.strip() in LAND_USE_COLUMNS):
            cells = [row[column] for row in rows if column < len(row) and row[column].strip()]
            total += len(cells)
            found += sum(land_use.find(cell) is not None for cell in cells)
    assert total > 4000
    # Not found: two uses in one cell, 经营性用地, cells of shifted rows.
    assert found / total >= 0.9


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
    return [["use"], *([json.loads(line).get("use", "")] for line in lines if line.startswith("{"))]
