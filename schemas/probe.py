"""What checks beyond the schema are made of: probes, each of which looks at one property of a record when it is there.

A check says once for each version of a type where its probes look; `schemas.quality` walks the records.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeGuard

from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

_NUMBERS = frozenset((int, float))

# The record, then the entries of its lists that lead to the value.
Scope = tuple[Any, ...]


class Finding(NamedTuple):
    """What a probe found: the value it shows, what fills the sentences, and where below the property it is."""

    value: Any = None
    names: Mapping[str, Any] = {}
    below: str = ""


Look = Callable[[Any, Scope], Finding | None]
Reach = Callable[[Scope], Any]


@dataclass(frozen=True, slots=True)
class Probe:
    """Looks at one property of a type whenever a record has it.

    `needs` are the properties (dotted, lists crossed) without which it can find nothing; an entry of a list is
    looked at alone. The value has the kind that the schema gives the property; all else may be of any kind.

    Findings come of `needs` and `reads` alone. Where nothing is said of `reads`, the look may ask for more, which can
    only take a finding back. Texts that do not begin with one of the characters of `begins`, where there are any, are
    never found.
    """

    field: Field
    look: Look
    needs: frozenset[str]
    reads: frozenset[str] | None = None
    begins: frozenset[str] = frozenset()

    @property
    def is_exact(self) -> bool:
        """Whether it finds the same whatever else the record has."""
        return self.reads is not None


@dataclass(frozen=True, slots=True)
class Check:
    """A rule beyond the schema: its code (sentences in `schemas.issue`), what it is called, where it looks.

    `lacking` is what a file does not have where the check can find nothing in it.
    """

    code: str
    probes: Callable[[Disclosure, Catalog], Iterator[Probe]]
    title: str
    title_en: str
    lacking: str
    lacking_en: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two properties that the same look can reach: `at` is looked at, `other` is fetched.

    `turned` says that the one looked at is that of the second name asked for.
    """

    at: Field
    other: Field
    fetch: Reach = field(repr=False)
    turned: bool = False

    @property
    def needs(self) -> frozenset[str]:
        """The properties that the pair is made of."""
        return frozenset((self.at.dotted, self.other.dotted))


def lists_above(one: Field, disclosure: Disclosure) -> tuple[int, ...]:
    """How many steps of a field's path lead to each of the lists it stands in, the outermost first."""
    lengths = range(1, len(one.path))
    return tuple(n for n in lengths if disclosure.by_path[".".join(one.path[:n])].many)


def reach(one: Field, disclosure: Disclosure) -> Reach:
    """Fetches a field's value from the scope of anything that stands in the same lists."""
    lists = lists_above(one, disclosure)
    depth, steps = len(lists), one.path[lists[-1] if lists else 0 :]
    if len(steps) == 1:
        (name,) = steps
        return lambda scope: scope[depth].get(name)

    def fetch(scope: Scope) -> Any:
        node: Any = scope[depth]
        for step in steps:
            if not isinstance(node, Mapping):
                return None
            node = node.get(step)
        return node

    return fetch


def named(name: str, disclosure: Disclosure) -> list[Field]:
    """The fields whose path ends in a name, or in several (`publicityPeriod.endAt`)."""
    steps = tuple(name.split("."))
    return [one for one in disclosure.walk() if one.path[-len(steps) :] == steps]


def pairs(name: str, other: str, disclosure: Disclosure) -> Iterator[Pair]:
    """The fields of two names that stand together: in the same entry, or one in the record and one in its lists.

    Each field goes with the nearest of the other name; the one that stands deeper is looked at, else the first.
    """
    for one in named(name, disclosure):
        near = [(_shared(one, it), it) for it in named(other, disclosure) if _together(one, it, disclosure)]
        most = max((shared for shared, _ in near), default=0)
        for shared, it in near:
            if shared < most:
                continue
            if len(lists_above(it, disclosure)) > len(lists_above(one, disclosure)):
                yield Pair(it, one, reach(one, disclosure), turned=True)
            else:
                yield Pair(one, it, reach(it, disclosure))


def titled(one: Field, disclosure: Disclosure) -> tuple[str, str]:
    """What people call a field: 公示期的截止时间, for its own title 截止时间 alone says too little."""
    above = disclosure.by_path.get(".".join(one.path[:-1]))
    if above is None or above.many or above.definition is None:
        return one.title, one.title_en
    return f"{above.title}的{one.title}", f"{above.title_en}: {one.title_en}"


def amount_of(money: Any) -> tuple[float, str] | None:
    """The amount of money and its currency, None where only words are given."""
    if not isinstance(money, (dict, Mapping)):
        return None
    amount = money.get("amount")
    if not is_number(amount):
        return None
    return amount, money.get("currency", "CNY")


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value of JSON is a number; true and false are none."""
    return type(value) in _NUMBERS


def shown(number: float) -> str:
    """A number as people read it: 1,280,000 or 0.25."""
    return f"{number:,.4f}".rstrip("0").rstrip(".")


def _shared(one: Field, other: Field) -> int:
    """How many steps two paths have in common, and one more so that none is 1."""
    count = 1
    for a, b in zip(one.path, other.path, strict=False):
        if a != b:
            break
        count += 1
    return count


def _together(one: Field, other: Field, disclosure: Disclosure) -> bool:
    """Whether the lists above one field are those above the other, or begin them."""
    mine = [one.path[:n] for n in lists_above(one, disclosure)]
    others = [other.path[:n] for n in lists_above(other, disclosure)]
    shorter = min(len(mine), len(others))
    return mine[:shorter] == others[:shorter]
