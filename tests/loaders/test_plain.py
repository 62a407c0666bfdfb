"""What a test is sure of is what reading the cell by itself finds: one value, no issue, good by the schema."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.row import Row
from loaders.asked import Asked
from loaders.column import Column
from loaders.sheets import Sheet
from loaders.text import NULLS
from schemas.catalog import Catalog

# Columns whose cells are tested many at a time, of every kind of test and several units.
COLUMNS = {
    "land/grant-result": ["电子监管号", "公开时间", "宗地编号", "土地坐落", "土地面积(公顷)", "土地面积(亩)", "成交价格(万元)", "成交价格(亿元)", "成交价格(元)", "出让年限", "受让人", "成交日期", "备注", "网址", "标题"],
    "land/grant-notice": ["竞买保证金截止时间", "起始价(万元)", "公告编号"],
    "procurement/award-result": ["中标供应商", "中标金额(元)", "采购人", "采购人联系方式", "评审总得分", "项目名称"],
    "medicine/result": ["规格", "单价(元)", "中标价格(元)"],
}  # fmt: skip

EDGES = st.sampled_from(
    [*NULLS, *(f" {one} " for one in NULLS), "13912345678", "电话:139 1234 5678", "530114199003078515", "9" * 18, "91530114MA6K000170",
     "示" * 300, "示" * 301, "a" * 3001, "a  b", "a\tb", "a\u200bb", "\ud800", "\0", "5", "0", "00", "007", "1e5", "-1", "+1", ".5", "5.",
     "0.00001", "9999999999", "2024-02-30", "1900-01-01", "1901-01-02", "2100-12-31", "1899-12-31", "2024-6-8", "２０２４-06-18",
     "https://a.b", "http://a:b/", "https://例.cn/", "HTTP://a.cn", "https://a.cn/%zz", "https://a.cn/a#b#c", "ftp://a.cn", "（空）", "a|b", "-|x"]
)  # fmt: skip
TEXTS = (
    EDGES
    | st.text(max_size=30)
    | st.text(st.characters(codec="utf-8", categories=("Lo", "Nd", "Ll", "Po")), max_size=20)
    | st.from_regex(r"\A[0-9]{0,10}(\.[0-9]{0,5})?\Z")
    | st.dates().map(str)
    | st.from_regex(r"\Ahttps?://[a-zA-Z0-9._:-]{1,12}(/[a-zA-Z0-9._~%#\[\]-]{0,8})?(\?[a-z=&/]{0,6})?\Z")
)


def column_of(type_: str, heading: str, catalog: Catalog) -> Column | None:
    """The column of a heading in a file of that type; None where the heading means nothing there."""
    sheet = Sheet("", Asked(catalog, type_, publisher={"uscc": "11530114MB0W00017C"}))
    others = [one for one in ("标题", "形成日期", "公开日期") if one != heading]
    sheet.begin([Row("", 1, (heading, *others))])
    (way,) = sheet.ways
    if way.builder is None or 0 not in way.builder.plan.columns:
        return None
    return Column(0, heading, way.builder, catalog, asked=False)


@pytest.fixture(scope="module")
def columns(catalog: Catalog) -> list[Column]:
    found = [column_of(type_, one, catalog) for type_, names in COLUMNS.items() for one in names]
    return [column for column in found if column is not None and column._test is not None]


def test_columns_of_every_kind_have_a_test(columns: list[Column]) -> None:
    kinds = {
        bound.slot.field.kind
        for column in columns
        for bound in column._builder.plan.bound
        if bound.column == 0
    }
    assert kinds >= {"text", "date", "number", "url", "object"}
    assert len(columns) > 15


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=12, unique=True))
def test_what_a_test_is_sure_of_is_read_alike(columns: list[Column], texts: list[str]) -> None:
    for column in columns:
        assert column._test is not None
        unsure = set(column._test(texts))
        for text in set(texts) - unsure:
            code = column._read(text)
            assert code == column._usual, (column._name, text)
            (bound,) = [one for one in column._builder.plan.bound if one.column == 0]
            if bound.slot.field.kind not in ("number", "integer") and not bound.slot.field.is_money:
                assert text not in column._values
            assert text not in column.dirty


def test_usual_cells_are_sure(columns: list[Column]) -> None:
    usual = {
        "电子监管号": "5301142024B00001", "公开时间": "2024-06-18", "宗地编号": "KC1", "土地坐落": "示例路1号", "土地面积(公顷)": "1.25",
        "成交价格(万元)": "1280", "受让人": "云南示例有限公司", "网址": "https://example.org/1.html", "备注": "现状出让",
    }  # fmt: skip
    for column in columns:
        assert column._test is not None
        if column._name in usual:
            assert column._test([usual[column._name]]) == [], column._name


def test_numbers_of_many_cells_are_those_that_reading_gives(columns: list[Column]) -> None:
    @settings(max_examples=300, deadline=None)
    @given(
        texts=st.lists(st.from_regex(r"\A[0-9]{1,9}(\.[0-9]{1,4})?\Z"), min_size=1, max_size=8, unique=True)
    )
    def holds(texts: list[str]) -> None:
        for column in columns:
            assert column._test is not None
            if column._numbers is None:
                continue
            sure = sorted(set(texts) - set(column._test(texts)))
            found = column._numbers(sure)
            for text, number in zip(sure, found, strict=True):
                column._read(text)
                assert list(column._values[text].values()) == [number], (column._name, text)
            column._values.clear()

    assert sum(column._numbers is not None for column in columns) > 5
    holds()
