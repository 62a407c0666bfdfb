"""Names of organizations as they are matched: what makes two spellings one, and whose names are never matched."""

from schemas.codelist import fold
from schemas.parties import is_body, is_person
from store.terms import simplified

# Characters of what is indexed: PostgreSQL refuses an entry of more than 2,704 bytes, and folding can lengthen a name.
_LONGEST = 300
START = 100


def name_key(name: str, uscc: str | None) -> str | None:
    """A name as it is matched: width, brackets, white space, case, Traditional and Simplified do not matter.

    None for a private person, whose records of different departments must not be put together by the name.

    >>> name_key("雲南示例（集團）有限公司", None), name_key("张三丰", None)
    ('云南示例(集团)有限公司', None)
    """
    given = {"name": name} if uscc is None else {"name": name, "uscc": uscc}
    return None if is_person(given) else folded(name)


def folded(name: str) -> str:
    """The spelling that all spellings of a name share; a company's suffix counts."""
    return simplified(fold(name))[:_LONGEST]


def process_key(name: str) -> str | None:
    """A name as it is matched within one process; None where it is not surely that of one organization.

    There a limited company is one in the long and the short form of that word: no registry enters both.

    >>> process_key("云南示例有限责任公司"), process_key("阿布都·示例"), process_key("示例*公司")
    ('云南示例有限公司', None, None)
    """
    return folded(name).replace("有限责任公司", "有限公司") if is_body(name) else None


def start(name: str | None) -> str | None:
    """The beginning of an item's name, short enough for an index."""
    return None if name is None else name[:START]
