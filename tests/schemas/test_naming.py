"""The full names of properties."""

import pytest

from schemas.catalog import Catalog
from schemas.naming import full_names, short_names, type_name

NAMES = [
    ("land/grant-result", "lots.transferee.name", "受让人名称", "标段受让人名称"),
    ("works/bidder-credit", "performances.project.name", "项目名称", "履约业绩项目名称"),
    ("works/bidder-credit", "personnel.certificates.certificateName", "有关证书名称", "企业人员有关证书名称"),
]


@pytest.mark.parametrize(("type_", "path", "under", "whole"), NAMES)
def test_a_word_between_two_titles_is_said_once(
    catalog: Catalog, type_: str, path: str, under: str, whole: str
) -> None:
    disclosure = catalog.types[type_]
    names = short_names(disclosure.by_path[path], disclosure)
    assert (names[1], names[-1]) == (under, whole)


def test_a_full_name_says_every_title_to_the_root(catalog: Catalog) -> None:
    disclosure = catalog.types["works/bidder-credit"]
    field = disclosure.by_path["performances.project.name"]
    assert full_names(field, disclosure) == ("项目名称", "项目项目名称", "履约业绩项目项目名称")


def test_the_title_of_a_record_can_say_its_type(catalog: Catalog) -> None:
    assert type_name(catalog.types["land/grant-result"]) == "土地成交公示标题"
