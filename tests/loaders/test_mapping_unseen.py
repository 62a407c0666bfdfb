"""Headings that the standard does not have, objects inside records, kinds of notices in other words; all invented."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from loaders.cells import Reader
from loaders.load import check
from loaders.mapping.contents import Contents
from loaders.mapping.lists import EachMatch
from loaders.mapping.match import Column, Match
from loaders.mapping.matching import Matcher
from loaders.mapping.packed import parts_of
from loaders.mapping.proposal import Proposal, Proposer
from loaders.mapping.several import _Titles
from loaders.mapping.surety import sure
from loaders.mapping.wording import NameIndex, akin
from loaders.mapping.wording import _rows as word_rows
from loaders.mapping.writing import profile_text
from loaders.profile_file import parse_profile
from schemas.catalog import Catalog

RESULT = "land/grant-result"


@pytest.fixture(scope="module")
def matcher(catalog: Catalog) -> Matcher:
    return Matcher(catalog)


def proposed(text: str, type_: str, matcher: Matcher, folder: Path, name: str) -> tuple[Path, Proposal]:
    path = folder / name
    path.write_text(text, "utf-8")
    return path, Proposer(path, matcher).propose(type_)


def filled(each: EachMatch) -> dict[str, str]:
    return {one.column.name: one.best.field.dotted for one in each.parts if one.best}


def test_a_word_has_one_meaning() -> None:
    words = [word for row in word_rows() for word in row["words"].split("|")]
    assert len(words) == len(set(words))


def test_a_word_that_only_one_of_two_names_has_tells_them_apart() -> None:
    near = NameIndex(["标段最高限价", "最高限价", "标高上限", "标高"]).near("标段控制价")
    assert near["标段最高限价"] > near["最高限价"]
    near = NameIndex(["标高上限", "标高"]).near("最高标高")
    assert near["标高上限"] > near["标高"]


def test_a_name_is_meant_less_the_more_a_heading_says_besides() -> None:
    index = NameIndex(["金额", "罚款金额", "项目", "地址"])
    assert index.said_part("金额", "金额") == 1
    assert (
        index.said_part("金额", "金额")
        > index.said_part("处罚金额", "金额")
        > index.said_part("已兑现的处罚金额", "金额")
    )


def test_a_price_is_no_telephone_whoever_it_is_of() -> None:
    assert akin("竞得人电话", "联系方式")
    assert not akin("竞得价", "联系电话")


def test_the_word_for_the_record_before_a_heading_says_nothing(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    rows = "".join(f"示例县第{n}号地块成交公示,2024-03-0{n},SL-{n}\n" for n in range(1, 5))
    _, proposal = proposed(f"公示标题,公示日期,宗地编号\n{rows}", RESULT, matcher, tmp_path, "a.csv")
    paths = {key: one.best.path for key, one in proposal.columns().items() if one.best}
    assert (paths["公示标题"], paths["公示日期"]) == ("title", "publishedDate")


def test_two_properties_as_exactly_meant_are_not_sure(catalog: Catalog) -> None:
    field = catalog.types[RESULT].by_path["title"]
    match = Match(field, 1.5, ())
    assert sure(match, []) > 0.95 > sure(match, [match])


def test_a_property_that_lost_its_column_makes_the_next_less_sure(catalog: Catalog) -> None:
    match = Match(catalog.types[RESULT].by_path["title"], 0.8, ())
    assert [sure(match, [], lost) for lost in (0.0, 0.1, 0.3)] == sorted(
        (sure(match, [], lost) for lost in (0.0, 0.1, 0.3)), reverse=True
    )
    assert all(one > two for one, two in pairwise(sure(match, [], lost) for lost in (0.0, 0.1, 0.3)))


def test_a_code_of_letters_and_figures_is_no_person_with_a_telephone(catalog: Catalog) -> None:
    def named(cells: list[str]) -> list[str]:
        column = Column(0, "甲", "甲", Contents(cells, Reader(catalog)), None, cells)
        return [part.name for part in parts_of(column, 1)]

    assert named([f"示地{n:07d}" for n in range(40)]) == []
    assert named([f"示地{n}" for n in range(6300001, 6300041)]) == []
    assert named(["王示例 63123456", "李示例 63123457", "赵示例 63123458"]) == ["联系人", "联系电话"]


def test_objects_of_a_list_have_objects_that_fill_a_property(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    records = [
        {
            "公告标题": f"示例县成交公示{n}号", "公告编号": f"G-{n}",
            "宗地": [
                {"宗地编号": f"SL-{n}-{k}", "宗地坐落": f"示例路{k}号", "受让人": {"名称": f"示例{n}{k}有限公司", "电话": "0871-63123456"}}
                for k in range(n % 2 + 1)
            ],
            "附件": [{"名称": f"公告{n}.pdf", "网址": f"https://example.org/{n}.pdf"}],
        }
        for n in range(4)
    ]  # fmt: skip
    path, proposal = proposed(json.dumps(records, ensure_ascii=False), RESULT, matcher, tmp_path, "a.json")
    each = {one.source: one for one in proposal.each}
    assert filled(each["宗地"]) == {
        "宗地编号": "lots.parcelNumber", "宗地坐落": "lots.parcelLocation",
        "受让人.名称": "lots.transferee", "受让人.电话": "lots.transferee.phone",
    }  # fmt: skip
    assert filled(each["附件"]) == {"名称": "documents.title", "网址": "documents.url"}
    profile = parse_profile(profile_text(proposal, catalog, "a"), "proposed", catalog)
    stored = []
    check(path, catalog, profile=profile, taken=lambda one: stored.append(one.record))
    assert [lot["transferee"]["name"] for lot in stored[1]["lots"]] == ["示例10有限公司", "示例11有限公司"]


def test_an_object_alone_is_a_list_of_one_where_others_have_several(
    catalog: Catalog, matcher: Matcher, tmp_path: Path
) -> None:
    lots = [
        "".join(
            f"<宗地><宗地编号>SL-{n}-{k}</宗地编号><土地面积>{100 + k}</土地面积></宗地>"
            for k in range(n % 2 + 1)
        )
        for n in range(4)
    ]
    text = "".join(f"<行><公告标题>示例县成交公示{n}号</公告标题>{one}</行>" for n, one in enumerate(lots))
    path, proposal = proposed(f"<表>{text}</表>", RESULT, matcher, tmp_path, "a.xml")
    assert [one.source for one in proposal.each] == ["宗地"]
    profile = parse_profile(profile_text(proposal, catalog, "a"), "proposed", catalog)
    stored = []
    check(path, catalog, profile=profile, taken=lambda one: stored.append(one.record))
    assert [len(one["lots"]) for one in stored] == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("said", "type_"),
    [
        (("政府采购", "采购公告"), "procurement/tender-notice"),  # short for its title
        (("政府采购", "采购/资审公告"), "procurement/tender-notice"),  # the first of two
        (("工程建设", "开标记录"), "trading/proceeding-record"),  # only its description says so
        (("政府采购", "示例事务"), None),
    ],
)
def test_kinds_of_notices_are_told_in_other_words(
    catalog: Catalog, said: tuple[str, ...], type_: str | None
) -> None:
    titles = _Titles(catalog, list(catalog.types), dict.fromkeys(catalog.types, 1.0))
    assert titles.nearest(said) == type_
