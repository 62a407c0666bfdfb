"""Documents that mean harm, each of a size: what is answered up to a limit, what is refused beyond it, and by which code.

A row says how a document of a size is made, the limit, the code beyond it and, for what no size makes right, the code
up to it. `bench/hostile.py` measures all of them; `test_sizes.py` holds them to their codes and to 20 MB.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any


@dataclass(frozen=True, slots=True)
class Document:
    """A request."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sized:
    """A document of any size: `within` is the code up to the limit, empty where it is answered."""

    make: Callable[[int], Document]
    limit: int
    beyond: str
    within: str = ""

    def cases(self) -> list[tuple[int, str]]:
        """One below the limit, at it and one above it, each with its code."""
        return [(self.limit - 1, self.within), (self.limit, self.within), (self.limit + 1, self.beyond)]


FILTERED = "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }"
SQL = ("'; DROP TABLE disclosure; --", '" OR 1=1 --', "\\'); SELECT pg_sleep(9); --", "1 UNION SELECT body FROM document",
       "%(p0)s :p0 ?1 $1", "x' AND randomblob(1000000000) --")  # fmt: skip


def text(query: str, **variables: Any) -> Document:
    return Document(query, variables)


def filtered(filter_: Any) -> Document:
    return Document(FILTERED, {"f": filter_})


def cursor(words: str) -> str:
    """A cursor that nobody was given."""
    return words.encode().hex()


def region(inside: str, fragments: str = "") -> Document:
    return Document(f'{{ region(code: "530114") {{ {inside} }} }} {fragments}')


def rows(inside: str, arguments: str = "", fragments: str = "") -> Document:
    return Document(f"{{ disclosures{arguments} {{ {inside} }} }} {fragments}")


def chain(count: int, spread: str, last: str, on: str = "Region") -> str:
    """Fragments of which each spreads the next."""
    made = [f"fragment F{n} on {on} {{ {spread.format(n + 1)} }}" for n in range(count)]
    return " ".join([*made, f"fragment F{count} on {on} {{ {last} }}"])


def nested(count: int, name: str, inside: str) -> str:
    return f"{name} {{ " * count + inside + " }" * count


def lists(count: int, value: str = "1") -> str:
    return "[" * count + value + "]" * count


def deep(levels: int, name: str = "not") -> str:
    return f"{{{name}: " * levels + "{}" + "}" * levels


def given(levels: int, name: str = "not") -> Any:
    return reduce(lambda inner, _: {name: inner}, range(levels), {})


def repeated(count: int, make: Callable[[int], str]) -> str:
    return " ".join(make(n) for n in range(count))


def dimensions(count: int) -> str:
    return ", ".join(["DOMAIN", "TYPE", "STAGE", "LEVEL", "YEAR", "QUARTER"][:count])


def after(words: str, order: str = "") -> Document:
    return rows("nodes { id }", f'(after: "{words}"{order})')


CASES: dict[str, Sized] = {
    # fragments
    "a chain of fragments": Sized(lambda n: region("...F0", chain(n, "...F{}", "code")), 197, "Q109"),
    "doubling fragments": Sized(lambda n: region("...F0", chain(n, "...F{0} ...F{0}", "code")), 197, "Q109"),
    "doubling fragments of a field that is not": Sized(lambda n: region("...F0", chain(n, "...F{0} ...F{0}", "nope")), 150, "Q111", "Q111"),
    "doubling fragments with an alias": Sized(lambda n: region("...F0", chain(n, "...F{0} ...F{0}", "a: code")), 4, "Q102"),
    "doubling fragments with a directive": Sized(lambda n: region("...F0", chain(n, "...F{0} ...F{0}", "code @skip(if: false)")), 5, "Q103"),
    "fragments that go deeper": Sized(lambda n: region("...F0", chain(n, "parent {{ ...F{} }}", "code")), 10, "Q101"),
    "merging fields of fragments": Sized(lambda n: region("...F0", chain(n, "parent {{ ...F{0} }} parent {{ ...F{0} }} parent {{ ...F{0} }}", "code")), 10, "Q101"),
    "a cycle of fragments": Sized(lambda n: region("...F0", chain(n, "...F{}", "...F0")), 100, "Q106", "Q106"),
    "a cycle through fields": Sized(lambda n: region("...F0", chain(n, "parent {{ ...F{} }}", "parent { ...F0 }")), 100, "Q106", "Q106"),
    "cycles that nothing spreads": Sized(lambda n: region("code", chain(n, "...F{}", "...F0")), 100, "Q111", "Q111"),
    "fragments that nothing spreads": Sized(lambda n: region("code", repeated(n, lambda k: f"fragment F{k} on Region {{ code }}")), 100, "Q111", "Q111"),
    "spreads of nothing": Sized(lambda n: region("...Nope " * n), 100, "Q111", "Q111"),
    "inline fragments within one another": Sized(lambda n: region("... { " * n + "code" + " }" * n), 150, ""),
    "inline fragments side by side": Sized(lambda n: region("... { code } " * n), 173, "Q109"),
    "inline fragments on nothing": Sized(lambda n: region("... on Nope { id } " * n), 100, "Q111", "Q111"),
    # fields
    "aliases": Sized(lambda n: region(repeated(n, lambda k: f"a{k}: code")), 30, "Q102"),
    "aliases of lists": Sized(lambda n: Document("{ " + repeated(n, lambda k: f"a{k}: disclosures {{ totalCount }}") + " }"), 20, "Q104"),
    "an alias of many letters": Sized(lambda n: rows("nodes { ...F }", "", f"fragment F on Disclosure {{ {'a' * n}: id }}"), 100, "Q117"),
    "one field over and over": Sized(lambda n: region("code " * n), 173, "Q109"),
    "one list over and over": Sized(lambda n: rows("nodes { id } " * n), 110, "Q109"),
    "misspelled fields": Sized(lambda n: region(repeated(n, lambda k: f"nope{k}")), 1_900, "Q111", "Q111"),
    "fields that conflict": Sized(lambda n: rows(f"nodes {{ {'a: id a: title ' * n} }}"), 15, "Q102", "Q111"),
    "parents of parents": Sized(lambda n: region(nested(n, "parent", "code")), 10, "Q101"),
    "braces": Sized(lambda n: Document("{ a " * n + "}" * n), 199, "Q101", "Q101"),
    "tokens": Sized(lambda n: region(f'code {"...F " * ((n - 18) // 2)}{"code" * (n % 2)}', "fragment F on Region { code }"), 2_000, "Q110"),
    "typenames at the root": Sized(lambda n: Document("{ " + "__typename " * n + "}"), 20, "Q104"),
    "root fields in a fragment": Sized(lambda n: Document("{ ...F } fragment F on Query { " + "__typename " * n + "}"), 20, "Q104"),
    "lists within lists": Sized(lambda n: Document("{ publishers(first: 5) { nodes { " + f"disclosures(first: {n}) {{ nodes {{ parties {{ organization {{ disclosures(first: 100) {{ nodes {{ id }} }} }} }} }} }}" + " } } }"), 32, "Q105"),
    "children of parents": Sized(lambda n: Document("{ regions(first: 50) { nodes { children { " + "children { parent { " * n + "code" + " } }" * n + " } } } }"), 1, "Q105"),
    "counts within lists": Sized(lambda n: Document(f"{{ publishers(first: {n}) {{ nodes {{ disclosures(filter: {{title: {{contains: \"a\"}}}}) {{ totalCount }} }} }} }}"), 100, "Q003"),
    # directives
    "directives": Sized(lambda n: region("code @skip(if: false) " * n), 50, "Q103"),
    "directives of one field": Sized(lambda n: region("code" + " @include(if: true)" * n), 1, "Q111"),
    "directives that are none": Sized(lambda n: region("code" + repeated(n, lambda k: f" @nope{k}")), 50, "Q103", "Q111"),
    "directives by variables": Sized(lambda n: Document(f"query ({repeated(n, lambda k: f'$v{k}: Boolean!')}) {{ region(code: \"530114\") {{ {repeated(n, lambda k: f'code @skip(if: $v{k})')} }} }}", {f"v{k}": True for k in range(n)}), 50, "Q103"),
    # variables
    "declared variables": Sized(lambda n: Document(f"query ({repeated(n, lambda k: f'$v{k}: Int')}) {{ __typename }}"), 10_000, "Q110", "Q110"),
    "declared variables that nothing uses": Sized(lambda n: Document(f"query ({repeated(n, lambda k: f'$v{k}: Int')}) {{ __typename }}"), 490, "Q111", "Q111"),
    "given variables": Sized(lambda n: Document("{ __typename }", {f"v{k}": k for k in range(n)}), 2_000, "Q108"),
    "a million given values": Sized(lambda n: Document("{ __typename }", {"v": [0] * n}), 1000000, "Q108", "Q108"),
    "variables nobody gave": Sized(lambda n: Document(f"query ({repeated(n, lambda k: f'$v{k}: Int!')}) {{ region(code: \"530114\") {{ code }} {repeated(n, lambda k: f'a{k}: disclosures(first: $v{k}) {{ totalCount }}')} }}"), 19, "Q104", "Q112"),
    "objects within a variable": Sized(lambda n: filtered(given(n)), 9, "Q021"),
    "objects within a literal": Sized(lambda n: rows("totalCount", f"(filter: {deep(n)})"), 9, "Q021"),
    "objects within a default": Sized(lambda n: text(f"query ($f: DisclosureFilter = {deep(n)}) {{ disclosures(filter: $f) {{ totalCount }} }}"), 9, "Q021"),
    "objects within a variable, far beyond": Sized(lambda n: filtered(given(n)), 40, "Q116", "Q116"),
    "lists within a literal": Sized(lambda n: rows("totalCount", f"(first: {lists(n)})"), 30, "Q116", "Q111"),
    "lists within a variable": Sized(lambda n: text("query ($n: [Int!]) { disclosures(first: 1) { totalCount } }", n=reduce(lambda inner, _: [inner], range(n), 1)), 29, "Q111", "Q111"),
    "a variable of nested lists": Sized(lambda n: Document(f"query ($n: {lists(n, 'Int')}) {{ disclosures(first: $n) {{ totalCount }} }}"), 150, "Q111", "Q111"),
    # filters
    "values of an `in`": Sized(lambda n: filtered({"title": {"in": ["a"] * n}}), 100, "Q001"),
    "values of an `in`, in the document": Sized(lambda n: rows("totalCount", f'(filter: {{publisher: {{id: {{in: [{"1 " * n}]}}}}}})'), 100, "Q001"),
    "conditions in `or`": Sized(lambda n: filtered({"or": [{"title": {"eq": "a"}}] * n}), 999, "Q108"),
    "conditions that say nothing": Sized(lambda n: filtered({"and": [{}] * n}), 2_000, "Q108"),
    "conditions in `and`, in the document": Sized(lambda n: rows("totalCount", f"(filter: {{and: [{'{} ' * n}]}})"), 992, "Q110"),
    "conditions that read every title": Sized(lambda n: filtered({"or": [{"title": {"contains": f"示{k}"}} for k in range(n)]}), 181, "Q115"),
    "conditions on related rows": Sized(lambda n: filtered({"and": [{"organization": {"name": {"contains": f"{k}"}}} for k in range(n)]}), 60, ""),
    "a filter of many kinds": Sized(lambda n: filtered({"or": [{"daysLate": {"gt": k, "lt": k, "ne": k}} for k in range(n)]}), 250, ""),
    # numbers
    "a page": Sized(lambda n: rows("totalCount", f"(first: {n})"), 100, "Q003"),
    "a page from the end": Sized(lambda n: rows("totalCount", f"(last: {n})"), 100, "Q003"),
    "a page by a variable": Sized(lambda n: text("query ($n: Int) { disclosures(first: $n) { totalCount } }", n=n), 100, "Q003"),
    "32 bits": Sized(lambda n: rows("totalCount", f"(filter: {{daysLate: {{lt: {n}}}}})"), 2**31 - 1, "Q111"),
    "32 bits of a variable": Sized(lambda n: filtered({"daysLate": {"lt": n}}), 2**31 - 1, "Q112"),
    "digits of an integer": Sized(lambda n: rows("totalCount", f"(first: {'9' * n})"), 4_300, "Q111", "Q111"),
    "digits of an amount": Sized(lambda n: rows("totalCount", f"(filter: {{amount: {{lt: {'9' * n}}}}})"), 16, "Q006"),
    "an exponent": Sized(lambda n: rows("totalCount", f"(filter: {{amount: {{lt: 9e{n}}}}})"), 16, "Q006"),
    "decimals of an amount": Sized(lambda n: rows("totalCount", f"(filter: {{amount: {{lt: 0.{'3' * n}}}}})"), 5_000, ""),
    "a day of February": Sized(lambda n: rows("totalCount", f'(filter: {{publishedDate: {{eq: "2024-02-{n}"}}}})'), 29, "Q111"),
    "a year": Sized(lambda n: filtered({"publishedDate": {"eq": f"{n}-01-01"}}), 9_999, "Q112"),
    "a version": Sized(lambda n: text("query ($a: String) { changes(after: $a) { totalCount } }", a=str(n)), 2**63 - 1, "Q004"),
    # cursors
    "the number of a cursor": Sized(lambda n: after(cursor(f"recency!-id!|{n}|a")), 2**63 - 1, "Q004"),
    "a cursor of letters": Sized(lambda n: after("z" * n), 100_000, "Q004", "Q004"),
    "a cursor of zeros": Sized(lambda n: after("00" * n), 100_000, "Q004", "Q004"),
    "a cursor of digits": Sized(lambda n: after(cursor(f"recency!-id!|{'9' * n}|a")), 4_301, "Q004", "Q004"),
    "a cursor of many values": Sized(lambda n: after(cursor("recency!-id!" + "|1" * n)), 10_000, "", ""),
    "a cursor of another order": Sized(lambda n: after(cursor("amount_fen!-recency!-id!" + "|1" * n)), 3, "Q004", "Q004"),
    "a cursor of SQL": Sized(lambda n: after(cursor(f"recency!-id!|1 OR {n}={n}|a")), 1, "Q004", "Q004"),
    # text
    "SQL in a title": Sized(lambda n: filtered({"title": {"in": [word * n for word in SQL]}}), 100, ""),
    "SQL in every string": Sized(lambda n: filtered({name: {"eq": SQL[0] * n} for name in ("title", "type", "region", "localId", "sourceUrl")}), 100, ""),
    "SQL in ids": Sized(lambda n: text("query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=[f"organization:{SQL[k % 6]}" for k in range(n)]), 100, "Q060"),
    "SQL in names to be matched": Sized(lambda n: text("query ($n: [String!]) { matchOrganizations(names: $n) { asked } }", n=[f"{SQL[k % 6]}{k}" for k in range(n)]), 1_000, "Q050"),
    "a title of a hundred thousand letters": Sized(lambda n: filtered({"title": {"contains": "示" * n}}), 50_000, ""),
    "wildcards": Sized(lambda n: filtered({"title": {"contains": "%_" * n}}), 20_000, ""),
    "words to search for": Sized(lambda n: text("query ($s: String) { disclosures(search: $s) { totalCount } }", s=" ".join(f"昆明{k}" for k in range(n))), 20, "Q041"),
    "quotation marks to search for": Sized(lambda n: text("query ($s: String) { disclosures(search: $s) { totalCount } }", s='" OR ' * n), 100, "Q040"),
    "escapes": Sized(lambda n: rows("totalCount", '(filter: {title: {eq: "' + "\\u0041" * n + '"}})'), 20_000, ""),
    "control characters": Sized(lambda n: Document("{ " + "\x01" * n + " }"), 100, "Q110", "Q110"),
    "NUL": Sized(lambda n: filtered({"title": {"eq": "a" * n + "\0"}}), 1_000, "Q001", "Q001"),
    "half a character": Sized(lambda n: filtered({"title": {"in": ["\ud800"] * n}}), 100, "Q001", "Q001"),
    "a comment": Sized(lambda n: Document("{ __typename } #" + "x" * n), 500_000, ""),
    "blanks": Sized(lambda n: Document("{" + " ,\n" * n + "__typename }"), 300_000, ""),
    # what is counted
    "dimensions": Sized(lambda n: Document(f"{{ statistics(groupBy: [{dimensions(n)}]) {{ groups {{ count }} }} }}"), 4, "Q031"),
    "groups": Sized(lambda n: Document(f"{{ statistics(groupBy: [YEAR], first: {n}) {{ groups {{ count }} }} }}"), 1_000, "Q030"),
    "facets": Sized(lambda n: rows(f"facets(of: [{'DOMAIN ' * n}]) {{ dimension }}"), 1, "Q031"),
    "medians": Sized(lambda n: Document("{ " + repeated(n, lambda k: f"a{k}: statistics(groupBy: [TYPE, MONTH]) {{ groups {{ organizations amount {{ median }} }} }}") + " }"), 20, "Q104"),
    # introspection
    "types of types": Sized(lambda n: Document('{ __type(name: "Lot") { ' + nested(n, "ofType", "name") + " } }"), 13, "Q101"),
    "types of fields of types": Sized(lambda n: Document("{ __schema { types { " + "fields { type { " * n + "name" + " } }" * n + " } } }"), 2, "Q107"),
    "all types over and over": Sized(lambda n: Document(f"{{ __schema {{ {repeated(n, lambda k: f'a{k}: types {{ name fields {{ name description type {{ name kind }} }} }}')} }} }}"), 6, "Q107"),
    "introspection that leads back": Sized(lambda n: Document("{ __schema { types { ...F0 } } } " + chain(n, "fields {{ type {{ ...F{} }} }}", "...F0", "__Type")), 50, "Q106", "Q106"),
    # several operations
    "operations": Sized(lambda n: Document(repeated(n, lambda k: f"query A{k} {{ __typename }}")), 100, "Q113", "Q113"),
    "mutations": Sized(lambda n: Document(f"mutation {{ {'x ' * n} }}"), 20, "Q104", "Q114"),
}  # fmt: skip
