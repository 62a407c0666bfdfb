"""A query as plain data: what `api.planner` decides and `query.sql` spells.

Values that a client sends are not in the plan but beside it, named by their place (`Parameter`), so that a plan is
the shape of an operation: hashable, and the key under which its SQL is kept.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from query.measures import MEASURES

Wrap: TypeAlias = Literal["plain", "yuan", "price", "half", "float", "json", "moment", "boolean", "upper"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row at hand; `prefix` makes a global id, `wrap` turns fen into yuan, spells a float with all its digits,
    a time with its zone, a number as a truth, a code of the store as one of ours."""

    name: str
    wrap: Wrap = "plain"
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A leaf of the JSON document at hand (or a list of leaves); of several names the first that is there counts."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """An object of the JSON document at hand, or with `many` a list of objects; absent is null.

    Of several names, a property's newest and those it had, the first that is there counts.
    """

    names: tuple[str, ...]
    shape: "Shape"
    many: bool = False


@dataclass(frozen=True, slots=True)
class TypeName:
    """`__typename`: a fixed name, or one that depends on the disclosure's type."""

    name: str = ""
    by_type: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Constant:
    """JSON that does not come from the database; the text is a parameter."""

    parameter: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """JSON that does not come from the database: what an object, the parameter, has under the column's value."""

    parameter: int
    column: str


@dataclass(frozen=True, slots=True)
class Given:
    """What a computed relation is made with: parameters, words that are part of the shape, a condition on disclosures."""

    parameters: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    where: "Condition | None" = None


NONE_GIVEN = Given()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column of the one row of a relation from the root."""

    relation: str
    column: Column


@dataclass(frozen=True, slots=True)
class One:
    """At most one row: by a relation from the row at hand, or from the root by a condition."""

    relation: str
    shape: "Shape"
    where: "Condition | None" = None
    given: Given = NONE_GIVEN


@dataclass(frozen=True, slots=True)
class Many:
    """All rows of a relation, in the relation's order."""

    relation: str
    shape: "Shape"
    where: "Condition | None" = None
    grouping: "Grouping | None" = None
    given: Given = NONE_GIVEN


@dataclass(frozen=True, slots=True)
class Grouping:
    """What rows that are made by grouping are made of: which disclosures count, and which roles face each other.

    Roles are codes of the standard: nothing that a client wrote. `kept` says that figures that are kept may answer.
    """

    where: "Condition | None" = None
    takers: tuple[str, ...] = ()
    bidders: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    span: tuple[int, ...] = ()  # parameters: between which recencies the disclosures lie, where that is known
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """In which role an organization has to stand in its disclosures: a parameter, or codes of the standard."""

    parameter: int = -1
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A list that the client sent, as JSON in a parameter: an object of each of its elements."""

    parameter: int
    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of global id: the relation its objects are rows of, and the column that its keys stand in."""

    name: str
    relation: str
    column: str
    shape: "Shape"


@dataclass(frozen=True, slots=True)
class ById:
    """Objects by global id, in the order of a list of `{kind, key}` that is the parameter; null where there is none."""

    parameter: int
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A leaf of the JSON document at hand, or with an empty path the element of a list itself.

    Each step of the path has a property's names, the newest first: what stands under the first that is there. `kind`
    is text, number, boolean, moment or any; what is of another kind is nothing.
    """

    path: tuple[tuple[str, ...], ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order; NULLs always come last. `member` is where a key that is no column is read."""

    key: str
    descending: bool = False
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A page: how many from which end, and where it begins.

    `size` and the cursor's values are parameters; a cursor value that is null is part of the shape (-1).
    """

    size: int
    backward: bool = False
    after: tuple[int, ...] = ()
    before: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """A page of rows; only what was asked for is computed.

    `leading` is the table to be read first where the rows lie in several, and the plan knows better than statistics.
    """

    relation: str
    window: Window
    order: tuple[Order, ...]
    where: "Condition | None" = None
    keys: tuple["Key", ...] = ()
    grouping: Grouping | None = None
    standing: Standing | None = None
    leading: str = ""
    given: Given = NONE_GIVEN
    walk: "Featured | None" = None  # a condition whose index gives the rows in the page's order
    ranks: tuple["Condition", ...] = ()  # by relevance: what each rank has to meet, the best first


@dataclass(frozen=True, slots=True)
class Within:
    """A connection over what the connection at hand consists of."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes of the connection at hand."""

    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Edges:
    """The edges of the connection at hand: keys whose sources are Cursor, TypeName and Node."""

    keys: tuple["Key", ...]


@dataclass(frozen=True, slots=True)
class Node:
    """An edge's node."""

    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Cursor:
    """An edge's cursor."""


@dataclass(frozen=True, slots=True)
class Highlights:
    """An edge's highlights: the parameter and the document, which `api.highlights` makes them of."""

    parameter: int


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between the document of the row at hand and that of the revision before: the parameter and both
    documents, which `api.differing` makes them of. `number` is the column that numbers the revision."""

    number: str
    parameter: int = -1


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Keys of pageInfo, each a `PageFact` or TypeName."""

    keys: tuple["Key", ...]


@dataclass(frozen=True, slots=True)
class PageFact:
    """One fact of a page: hasNextPage, hasPreviousPage, startCursor or endCursor."""

    name: str


@dataclass(frozen=True, slots=True)
class TotalCount:
    """How many rows the whole connection has; from a rollup, with the condition on it, where one can say."""

    rollup: str = ""
    where: "Condition | None" = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of documents: where one stands (`names` of the property, in lots with `lots`), how many decimals of it
    count, and whether it is an amount, of which only yuan count.
    """

    names: tuple[str, ...]
    digits: int
    money: bool = False
    lots: bool = False


@dataclass(frozen=True, slots=True)
class Statistics:
    """Groups of a relation's rows and what they measure; only what was asked for is computed.

    `dimensions` are keys of `query.measures.DIMENSIONS`, `titles` beside them the parameter that names their values, -1
    where a table does or nothing. `rollup` is the table that answers in place of the disclosures. `order` has measures
    and the dimensions' places (`k0`), `size` and `most` (rows that costly measures may read) are parameters.
    """

    relation: str
    dimensions: tuple[str, ...]
    titles: tuple[int, ...]
    order: tuple[Order, ...]
    size: int
    most: int
    keys: tuple["Key", ...] = ()
    where: "Condition | None" = None
    having: "Condition | None" = None
    rollup: str = ""
    numbers: tuple[Numbers, ...] = ()

    def measures(self) -> set[str]:
        """The measures that the answer, the order or `having` needs."""
        found = {order.key for order in self.order if order.key in MEASURES}
        conditions = [] if self.having is None else [self.having]
        while conditions:
            match conditions.pop():
                case Compare(column=str(column)):
                    found.add(column)
                case All(conditions=several) | Some(conditions=several):
                    conditions += several
                case Not(condition=one):
                    conditions.append(one)
        return found | _measures(self.keys)


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of the statistics at hand, each an object of these keys."""

    keys: tuple["Key", ...]


@dataclass(frozen=True, slots=True)
class GroupKeys:
    """What tells the group at hand apart: an object for each dimension."""

    keys: tuple["Key", ...]


@dataclass(frozen=True, slots=True)
class GroupKey:
    """A fact of one dimension of a group: dimension, value, title, titleEn; `place` says which, -1 the one at hand."""

    name: str
    place: int = -1


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of the group at hand (`query.measures.MEASURES`)."""

    name: str


@dataclass(frozen=True, slots=True)
class NumberFact:
    """A fact (sum, mean, …) of one of the `numbers` of the statistics at hand."""

    place: int
    name: str


@dataclass(frozen=True, slots=True)
class Block:
    """An object of its own whose keys are about the row or group at hand."""

    keys: tuple["Key", ...]


@dataclass(frozen=True, slots=True)
class HasMore:
    """Whether there are more groups than were asked for."""


@dataclass(frozen=True, slots=True)
class Facets:
    """A list of statistics, one dimension each."""

    facets: tuple[Statistics, ...]


Source: TypeAlias = (
    Column | Value | Part | TypeName | Constant | Chosen | Leaf | One | Many | ById | Connection
    | Nodes | Edges | Node | Cursor | Highlights | Differences | PageInfo | PageFact | TotalCount | Asked | Within
    | Statistics | Facets | Groups | GroupKeys | GroupKey | Measured | NumberFact | Block | HasMore
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a JSON object and where its value comes from."""

    name: str
    source: Source


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of an object; `branches` replace them for disclosures of a type (path, keys)."""

    keys: tuple[Key, ...]
    branches: tuple[tuple[str, tuple[Key, ...]], ...] = ()

    def all_keys(self) -> tuple[Key, ...]:
        """The keys of every branch."""
        return self.keys + tuple(key for _, keys in self.branches for key in keys)


@dataclass(frozen=True, slots=True)
class Compare:
    """A column of the row at hand, or a leaf of its document, against parameters; `isNull` has none."""

    column: str | Member
    operator: str
    parameters: tuple[int, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Has:
    """Some row of a relation meets the condition; `few` says that an index finds those rows by themselves."""

    relation: str
    where: "Condition"
    few: bool = False


@dataclass(frozen=True, slots=True)
class Each:
    """Some element of a list in the document at hand meets the condition."""

    path: tuple[tuple[str, ...], ...]
    objects: bool  # or leaves
    where: "Condition"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows or elements meet a condition, compared."""

    over: Has | Each
    operator: str
    parameters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Featured:
    """The disclosure has a value of an indexed leaf that meets the comparisons (operator, parameters).

    `leaf` is the parameter that names the leaf.
    """

    leaf: int
    column: str  # text or number
    comparisons: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def is_one_value(self) -> bool:
        """Whether it asks for one value, so that the index has its rows newest first."""
        return [operator for operator, _ in self.comparisons] == ["eq"]


@dataclass(frozen=True, slots=True)
class InForce:
    """A region's code was in force on the day that the parameter is; a code's dates may be a year or a month."""

    parameter: int


@dataclass(frozen=True, slots=True)
class Matches:
    """The search index holds all the terms that the parameter lists."""

    parameter: int


@dataclass(frozen=True, slots=True)
class Contains:
    """The searched text, or the title in it, has all the pieces that are parameters; with `none`, none of them."""

    parameters: tuple[int, ...]
    title: bool = False
    none: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds; the empty one always."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one condition holds; the empty one never."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold (unknown counts as not holding)."""

    condition: "Condition"


Condition: TypeAlias = (
    Compare | Has | InForce | Each | Counted | Featured | Matches | Contains | All | Some | Not
)


def parts_of(condition: Condition | None) -> list[Condition]:
    """The conditions that all have to hold."""
    if isinstance(condition, All):
        return [part for one in condition.conditions for part in parts_of(one)]
    return [] if condition is None else [condition]


def _measures(keys: tuple[Key, ...]) -> set[str]:
    found: set[str] = set()
    for key in keys:
        match key.source:
            case Measured(name=name):
                found.add(name)
            case Groups(keys=below) | Block(keys=below):
                found |= _measures(below)
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """One operation: the keys of the root object."""

    keys: tuple[Key, ...]
