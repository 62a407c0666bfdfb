"""A search as conditions of a plan: what is found, and the ranks in which relevance orders it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from query.errors import QueryError
from query.plan import Condition, Contains, Matches, Not
from query.search import Search, read
from store.terms import in_title, match_expression

Split = Callable[[Any, Callable[[Any], tuple[Any, tuple[Any, ...]]]], tuple[Any, tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Found:
    """The conditions of one search, its pieces by the indexes of their parameters; a search may have none of a kind."""

    terms: tuple[int, ...]
    needles: tuple[int, ...]
    without: tuple[int, ...]
    titled: tuple[int, ...]
    words: tuple[int, ...]
    phrase: tuple[int, ...]
    together: tuple[int, ...]
    together_titled: tuple[int, ...]

    @classmethod
    def of(cls, text: Any, split: Split, *, fts: bool, ranked: bool) -> "Found":
        """The search that a text means, its pieces set aside by `split`; `fts` says that the database is SQLite.

        Raises QueryError Q005 and Q040 to Q043 as `read` does.
        """
        kinds, places = split(text, partial(_pieces, fts=fts, ranked=ranked))
        given = list(zip(kinds, places, strict=True))
        return cls(*(tuple(place for kind, place in given if kind == name) for name in _KINDS))

    def conditions(self) -> list[Condition]:
        """What every record found meets: the index first, then what it cannot say."""
        return [Matches(*self.terms), *self._looked_at(), *self._others()]

    def ranks(self) -> list[list[Condition]]:
        """What the records of each rank meet, the best first; each record has one rank.

        Of several words: all side by side in the title, all in the title, side by side in one text, all somewhere.
        """
        outside = Not(Contains(self.words, title=True))
        in_title = [Matches(*self.titled), *self._looked_at(title=True)]
        elsewhere = [Matches(*self.terms), *self._looked_at(), outside]
        if not self.phrase:
            ranks = [in_title, elsewhere]
        else:
            phrase_in_title = Contains(self.phrase, title=True)
            ranks = [
                [Matches(*self.together_titled), phrase_in_title],
                [*in_title, Not(phrase_in_title)],
                [Matches(*self.together), Contains(self.phrase), outside],
                [*elsewhere, Not(Contains(self.phrase))],
            ]
        return [[*rank, *self._others()] for rank in ranks]

    def _looked_at(self, *, title: bool = False) -> list[Condition]:
        return [Contains(self.needles, title=title)] if self.needles else []

    def _others(self) -> list[Condition]:
        return [Contains(self.without, none=True)] if self.without else []


_KINDS = ("terms", "needles", "without", "titled", "words", "phrase", "together", "together_titled")


def _pieces(text: Any, *, fts: bool, ranked: bool) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The kinds of pieces that a search has, and the pieces; terms as the database takes them: SQLite has no lists."""
    search: Search = read(str(text))
    found: list[tuple[str, Any]] = [("terms", _asked(search.terms, fts))]
    found += [("needles", needle) for needle in search.needles]
    found += [("without", word.needle) for word in search.without]
    if ranked:
        found.append(("titled", _asked(search.title_terms, fts)))
        found += [("words", word.needle) for word in search.words]
        if search.phrase:
            found.append(("phrase", search.phrase))
            found.append(("together", _asked(search.phrase_terms, fts)))
            found.append(("together_titled", _asked(in_title(search.phrase_terms), fts)))
    kinds, pieces = zip(*found, strict=True)
    return kinds, pieces


def _asked(terms: list[str], fts: bool) -> str | list[str]:
    return match_expression(terms) if fts else terms


def without_search() -> QueryError:
    """RELEVANCE asked for where nothing is searched."""
    return QueryError(
        "Q044", "没有 search,不能按相关程度排序", "without `search` there is no relevance to order by",
        "加上 search,或者用别的排序。", "Give `search`, or order by something else.",
    )  # fmt: skip
