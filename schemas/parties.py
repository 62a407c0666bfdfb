"""Organizations and persons: names that are none, telephones without a figure, homes of private persons."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.probe import Check, Finding, Probe, Scope
from schemas.uscc import is_valid
from schemas.wording import DEFERRALS, NOTHING, is_placeholder

_REMEMBERED = 4_096  # names: most parties of a file are in it more than once
_NO_LETTER = re.compile(r"[\d\W_]+")
_NO_NAMES = frozenset(
    [
        "公司",
        "有限公司",
        "有限责任公司",
        "股份有限公司",
        "集团",
        "某公司",
        "某单位",
        "单位",
        "单位名称",
        "公司名称",
        "测试",
        "test",
        "示例",
    ]
)
_OTHER_CONTACT = re.compile(r"@|微信|qq|邮箱|网", re.IGNORECASE)
_PLACEHOLDERS = DEFERRALS | NOTHING

# A private person: two to four characters, none of them an end of an organization's name.
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}")
_BODIES = tuple("局厅院厂店所站部会社行场馆园队心司团校室府委户铺坊吧库村镇乡县市区办组处科厅库堂楼城网台")
# What makes a longer name an organization's wherever it stands.
ORGANIZED = (
    "公司",
    "中心",
    "集团",
    "合作社",
    "事务所",
    "研究院",
    "委员会",
    "政府",
    "大学",
    "中学",
    "小学",
    "医院",
)
# A name with anything masked is nobody's, and one of several together no single organization's.
MASKS = (*"*＊某×○〇●■□·", "xx", "XX")
TOGETHER = (*"、,，;；/", "联合体")
_MASKED = re.compile("|".join(map(re.escape, (*MASKS, *TOGETHER))))
_SHORTEST_BODY = 5
_ROOM = re.compile(r"\d+\s*(?:室|单元|号楼|幢|栋)|(?:室|单元)$")


def is_person(organization: Mapping[str, Any]) -> bool:
    """Whether a party is surely a private person: the name of one, and no credit code."""
    name = organization.get("name")
    return (
        isinstance(name, str)
        and "uscc" not in organization
        and _PERSON.fullmatch(name) is not None
        and not name.endswith(_BODIES)
    )


def is_body(name: str) -> bool:
    """Whether a name is surely that of one organization, and whole: no private person's, nothing masked, no consortium's.

    >>> is_body("云南示例有限公司"), is_body("张三丰"), is_body("某某公司"), is_body("甲示例公司、乙示例公司联合体")
    (True, False, False, False)
    """
    if len(name) < _SHORTEST_BODY or _MASKED.search(name):
        return False
    return name.endswith(_BODIES) or any(word in name for word in ORGANIZED)


def is_at_home(address: str) -> bool:
    """Whether an address names a room or a house, as that of a home does."""
    return _ROOM.search(address) is not None


def _nameless(organization: Mapping[str, Any], scope: Scope) -> Finding | None:
    name = organization.get("name")
    if not isinstance(name, str):
        return None
    # What stands there may be somebody's telephone.
    return Finding(None, {}, ".name") if _is_none(name) else None


@lru_cache(_REMEMBERED)
def _is_none(name: str) -> bool:
    """Whether a text is surely no name; placeholders are found elsewhere."""
    none = name in _NO_NAMES or _NO_LETTER.fullmatch(name) or (len(name) == 18 and is_valid(name))
    return bool(none) and not is_placeholder(name, _PLACEHOLDERS)


def _named_by_address(organization: Mapping[str, Any], scope: Scope) -> Finding | None:
    name = organization.get("name")
    if name is None or name != organization.get("address"):
        return None
    return Finding(name, {}, ".address")


def _unreachable(phone: str, scope: Scope) -> Finding | None:
    if any(map(str.isdigit, phone)) or _OTHER_CONTACT.search(phone):
        return None
    return Finding(phone)


def _at_home(organization: Mapping[str, Any], scope: Scope) -> Finding | None:
    address = organization.get("address")
    if not isinstance(address, str) or not is_person(organization) or not is_at_home(address):
        return None
    return Finding(None, {}, ".address")


def _organizations(look: Any, *needs: str) -> Any:
    def probes(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
        for one in disclosure.walk():
            if one.definition == "organization":
                yield Probe(one, look, frozenset(f"{one.dotted}.{name}" for name in needs))

    return probes


def _phones(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    for one in disclosure.walk():
        if "phone" in one.personal:
            yield Probe(one, _unreachable, frozenset((one.dotted,)), frozenset())


CHECKS = (
    Check(
        "S032",
        _organizations(_nameless, "name"),
        title="单位名称是否像名称",
        title_en="Names that are names",
        lacking="单位名称",
        lacking_en="the name of an organization",
    ),
    Check(
        "S033",
        _organizations(_named_by_address, "name", "address"),
        title="单位名称与地址",
        title_en="Name and address",
        lacking="单位的地址",
        lacking_en="the address of an organization",
    ),
    Check(
        "S034",
        _phones,
        title="联系方式",
        title_en="Contact details",
        lacking="联系方式",
        lacking_en="contact details",
    ),
    Check(
        "S035",
        _organizations(_at_home, "name", "address"),
        title="自然人的住址",
        title_en="Homes of private persons",
        lacking="单位或者个人的地址",
        lacking_en="the address of a party",
    ),
)
