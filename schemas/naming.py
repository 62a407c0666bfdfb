"""What a property is called in full: its title under the titles above it, 受让人 + 名称 → 受让人名称."""

from schemas.catalog import Disclosure
from schemas.field import Field

# Parts of these have titles that say nothing alone: 名称, 地址, 开始时间.
ANONYMOUS = frozenset(
    {"organization", "person", "contact", "document", "party", "period", "money", "unitPrice", "relation", "withheld"}
)  # fmt: skip
# 土地 + 地块编号 share one character by chance, 项目 + 项目名称 a word.
_WORD = 2


def full_names(field: Field, disclosure: Disclosure) -> tuple[str, ...]:
    """The field's title, then with one more title above it each; the last goes up to the record's root."""
    names = [field.title]
    for title in _titles_above(field, disclosure):
        names.append(title + names[-1])
    return tuple(names)


def short_names(field: Field, disclosure: Disclosure) -> tuple[str, ...]:
    """The full names, a word that ends one title and begins the next said once: 有关证书 + 证书名称 → 有关证书名称."""
    names = [field.title]
    for title in _titles_above(field, disclosure):
        names.append(title + names[-1][_shared(title, names[-1]) :])
    return tuple(names)


def type_name(disclosure: Disclosure) -> str:
    """What a record's title is called where the heading is to say the type too: 土地成交公示标题."""
    return disclosure.title + disclosure.by_path["title"].title


def _titles_above(field: Field, disclosure: Disclosure) -> list[str]:
    """The titles of the objects a field is in, nearest first."""
    depths = range(len(field.path) - 1, 0, -1)
    return [disclosure.by_path[".".join(field.path[:depth])].title for depth in depths]


def _shared(above: str, below: str) -> int:
    sizes = range(min(len(above), len(below)), _WORD - 1, -1)
    return next((size for size in sizes if above.endswith(below[:size])), 0)
