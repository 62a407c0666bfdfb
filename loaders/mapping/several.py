"""Several types in one file: told by one or two columns whose cells name kinds of notices."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log, sqrt

from loaders.mapping.match import Column
from loaders.mapping.specimen import Table
from loaders.text import clean
from schemas.catalog import Catalog

# So many different cells a column that tells types has, so many rows they tell of, so near the words are.
_FEWEST, _MOST, _LONGEST = 2, 20, 30
_COVERED, _NEAR = 0.5, 0.3
# A type that the columns speak for less than this part of the best is none of them.
_IN_QUESTION = 0.35
_KINDS = re.compile(r"公告|公示|通告|通知|结果|合同|计划|更正|变更|终止|记录|名单|事项")
# What a notice is of, the later stage first: 中标公告 is of a result.
_STAGES = (
    re.compile(r"终止|废标|流标"), re.compile(r"转让"), re.compile(r"更正|变更|澄清"), re.compile(r"合同|履约|验收"), re.compile(r"候选"),
    re.compile(r"结果|成交|中标|竞得"), re.compile(r"计划|预算"), re.compile(r"公告|公示|招标|出让|通告"),
)  # fmt: skip
# What the standard says of a type that is for every domain.
_ANYWHERE = "任何领域"
_EITHER = re.compile(r"([\u4e00-\u9fff]+)\s*[/／或]\s*([\u4e00-\u9fff]+)")
_SHORTEST, _TOLD = 4, 2.0
_OTHER_STAGE, _ONLY_OF_STAGE, _CLEARLY = 0.4, 0.2, 1.2


@dataclass(frozen=True, slots=True)
class Told:
    """The rows of one type: which columns say so, and by which cells."""

    type: str
    when: Mapping[str, tuple[str, ...]]
    rows: tuple[int, ...]
    in_domain: bool


def told_types(
    table: Table, columns: Sequence[Column], catalog: Catalog, scores: Mapping[str, float]
) -> tuple[Told, ...]:
    """The types that a table's rows are of, by the fewest columns that tell the most rows; empty for one type."""
    most = max(scores.values(), default=0.0)
    types = [name for name, score in scores.items() if score >= most * _IN_QUESTION]
    titles = _Titles(catalog, types, scores)
    kinds = [one for one in columns if _tells(one)]
    named = [one for one in kinds if _share(one, _KINDS) >= _COVERED]
    best: tuple[Told, ...] = ()
    covered = clearly = 0
    for chosen in [(one,) for one in named] + [
        pair for pair in combinations(kinds, 2) if any(one in named for one in pair)
    ]:
        found = _grouped(chosen, len(table.rows), titles)
        rows = sum(len(one.rows) for one in found)
        different = len({one.type for one in found})
        # Cells that name the domain leave less to be guessed.
        sure = sum(len(one.rows) for one in found if one.in_domain)
        if different > 1 and rows >= len(table.rows) * _COVERED and (sure, rows) > (clearly, covered):
            # A second column has to tell clearly more than one.
            if best and len(chosen) > 1 and max(sure - clearly, rows - covered) * 10 < len(table.rows):
                continue
            best, covered, clearly = found, rows, sure
    return best


def _grouped(columns: Sequence[Column], rows: int, titles: "_Titles") -> tuple[Told, ...]:
    groups: dict[tuple[str, ...], list[int]] = {}
    for at in range(rows):
        said = tuple(clean(one.cells[at]) for one in columns)
        if all(said):
            groups.setdefault(said, []).append(at)
    types: dict[tuple[str, tuple[str, ...]], list[tuple[str, ...]]] = {}
    # Where one column names domains, what it calls otherwise (其他) is of none of them.
    parted = len(columns) > 1 and any(map(titles.domain, groups))
    for said in groups:
        if parted and not titles.domain(said):
            continue
        if type_ := titles.nearest(said):
            # One rule has one kind of notice, and all that the other column says with it.
            types.setdefault((type_, said[:-1]), []).append(said)
    return tuple(
        Told(
            type_,
            {
                one.name: tuple(dict.fromkeys(said[place] for said in of_type))
                for place, one in enumerate(columns)
            },
            tuple(sorted(at for said in of_type for at in groups[said])),
            all(titles.domain(said) for said in of_type),
        )
        for (type_, _), of_type in types.items()
    )


def _tells(column: Column) -> bool:
    contents = column.contents
    return (
        bool(column.name)
        and _FEWEST <= contents.different <= _MOST
        and contents.longest <= _LONGEST
        and contents.filled * 10 >= contents.rows * 8
        and contents.variety <= 0.5
        and contents.share("chinese") >= 0.9
        and contents.share("place") < 0.5
    )


def _share(column: Column, pattern: re.Pattern[str]) -> float:
    texts = column.contents.texts
    return sum(bool(pattern.search(text)) for text in texts) / len(texts) if texts else 0.0


class _Titles:
    """The titles of the types in question, compared with what cells say."""

    def __init__(self, catalog: Catalog, types: Sequence[str], scores: Mapping[str, float]) -> None:
        self._scores, self._best = scores, max(types, key=lambda name: scores[name], default="")
        domains = catalog.codelists["domain"].codes
        self._domains = {name: domains[catalog.types[name].domain].title for name in types}
        self._titles = {name: catalog.types[name].title for name in types}
        own = {name: set(_pairs(title)) for name, title in self._titles.items()}
        counts = Counter(pair for pairs in own.values() for pair in pairs)
        self._rarity = {pair: log(1 + len(types) / count) for pair, count in counts.items()}
        self._own = own
        described = {name: str(catalog.types[name].schema.get("description", "")) for name in types}
        self._anywhere = [name for name in types if _ANYWHERE in described[name]]
        self._described = {name: own[name] | set(_pairs(described[name])) for name in types}
        in_types = Counter(pair for pairs in self._described.values() for pair in pairs)
        self._telling = {pair: log(len(types) / count) for pair, count in in_types.items()}

    def nearest(self, said: Sequence[str]) -> str | None:
        """The type that texts name, None where none is near or two are as near."""
        names = self.domain(said)
        if names:
            # What the cell that names the domain says besides is of no use.
            said = [one for one in said if not _speaks_of([one], self._domains[names[0]])] or said
        text = " ".join(map(_first, said))
        among = names
        names = names or list(self._own)
        if len(short := [name for name in names if _is_short_for(text, self._titles[name])]) == 1:
            return short[0]
        pairs = set(_pairs(text))
        of_stage = [name for name in names if _stage(self._titles[name]) == _stage(text)]
        near = sorted(((self._nearness(name, pairs, of_stage), name) for name in names), reverse=True)
        if not near or near[0][0] < _NEAR or (len(near) > 1 and near[1][0] > near[0][0] * 0.98):
            return self._only(names, of_stage, pairs) or self._by_description(among, pairs)
        return near[0][1]

    def _by_description(self, names: Sequence[str], pairs: set[str]) -> str | None:
        """The one type of the domain, or for any domain, whose description alone has a rare word of the texts."""
        if not names:
            return None
        near = sorted(
            (
                (sum(self._telling[pair] for pair in pairs & self._described[name]), name)
                for name in {*names, *self._anywhere}
            ),
            reverse=True,
        )
        clearly = len(near) < 2 or near[0][0] > near[1][0] * _CLEARLY
        return near[0][1] if clearly and near[0][0] >= _TOLD else None

    def _only(self, names: Sequence[str], of_stage: Sequence[str], pairs: set[str]) -> str | None:
        """The one type of the domain and of a stage whose columns are clearly there, if the texts name it at all."""
        domain = self._domains.get(self._best)
        inside = [one for one in of_stage if len(names) < len(self._own) or self._domains[one] == domain]
        named = sorted((one for one in inside if self._own[one] & pairs), key=lambda one: -self._scores[one])
        if not named or (len(named) > 1 and self._scores[named[0]] < self._scores[named[1]] * _CLEARLY):
            return None
        return named[0]

    def domain(self, said: Sequence[str]) -> list[str]:
        """The types of the domain that texts name."""
        return [name for name, domain in self._domains.items() if _speaks_of(said, domain)]

    def _nearness(self, name: str, pairs: set[str], of_stage: Sequence[str]) -> float:
        near = self._near(name, pairs)
        if name not in of_stage:
            return near * _OTHER_STAGE
        return near + _ONLY_OF_STAGE if near and len(of_stage) == 1 else near

    def _near(self, name: str, pairs: set[str]) -> float:
        own = self._own[name]
        shared = sum(self._rarity[pair] ** 2 for pair in own & pairs)
        length = sqrt(sum(self._rarity[pair] ** 2 for pair in own))
        said = sqrt(sum(self._rarity.get(pair, 1.0) ** 2 for pair in pairs))
        return shared / (length * said) if length and said else 0.0


def _first(text: str) -> str:
    """The first of two kinds that a text names: of 采购/资审公告 采购公告, of 澄清或答疑公告 澄清公告."""
    found = _EITHER.fullmatch(text)
    if found is None or _KINDS.search(found[1]):
        return text if found is None else found[1]
    tails = list(_KINDS.finditer(found[2]))
    return found[1] + tails[-1][0] if tails and found[2].endswith(tails[-1][0]) else text


def _is_short_for(text: str, title: str) -> bool:
    """Whether a text is a title with signs left out: 采购公告 for 采购招标公告."""
    signs = iter(title)
    return len(text) >= _SHORTEST and all(sign in signs for sign in text)


def _speaks_of(said: Sequence[str], domain: str) -> bool:
    pairs = set(_pairs(domain))
    return any(len(pairs & set(_pairs(text))) * 2 >= len(set(_pairs(text))) > 0 for text in said)


def _stage(text: str) -> int:
    return next((at for at, pattern in enumerate(_STAGES) if pattern.search(text)), -1)


def _pairs(text: str) -> Iterator[str]:
    for run in re.findall(r"[\u4e00-\u9fff]+", text):
        yield from (run[at : at + 2] for at in range(len(run) - 1))
