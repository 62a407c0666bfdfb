"""Invented tables under headings that the standard does not know: `python -m bench.headings`.

For every type a table is made of synthetic records, as a department's program exports them. Half of the columns are
headed by an alias of the property, which is then taken out of the standard, the others by the property's title; among
them stand columns that no property is for. A column is right if it fills its property, wrong if another, open if it is
left out; extra if it is of no property and filled all the same.

With FOLDER (that of `bench.mapping`) no alias is used that heads a column of the files held out there, so that what is
learned here is not learned of them.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from bench.mapping import HELD, agreed, buckets, pairs, without_aliases
from cli.synthetic.generator import generate
from loaders.mapping.matching import Matcher
from loaders.mapping.proposal import Proposer
from loaders.mapping.specimen import Specimen, Table
from loaders.names import normal
from loaders.profile_file import load_profile
from publish.columns import Column, columns
from publish.filling import Cell, fill
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

# So many rows a table has at most, and so many columns of no property.
_ROWS, _ASIDE = 60, 4
# What departments' programs add to a table; the cells by turns.
_OF_NOTHING: dict[str, tuple[str, ...]] = {
    "录入人": ("王示例", "李示例", "赵示例"), "审核状态": ("已审核", "未审核"), "排序号": ("1", "2", "3", "4", "5"),
    "点击量": ("15", "230", "7"), "是否置顶": ("是", "否"), "栏目": ("首页", "其他"), "更新时间": ("2024-03-01 10:22:01", "2024-03-02 09:00:00"),
    "备用字段1": ("",), "模板编号": ("T01", "T02"),
    "校核人": ("孙示例", "周示例"), "上报批次": ("2024-1", "2024-2"), "页数": ("3", "12"), "删除标记": ("0", "0"), "缴税情况": ("已缴", "未缴"),
    "create_user": ("admin", "guest"), "is_deleted": ("0", "0"), "version": ("1", "2"), "经办科室": ("一科", "二科"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A table of one type: the properties of its columns by heading, those under an unknown one, and its rows."""

    type: str
    wanted: dict[str, str]
    unseen: frozenset[str]
    table: Table


def tables(catalog: Catalog, barred: frozenset[str], seed: int) -> Iterator[Made]:
    """A table for every type."""
    chance = Random(seed)
    records: dict[str, list[dict[str, Any]]] = {name: [] for name in catalog.types}
    for disclosure, record in generate(catalog, 40 * len(catalog.types), seed):
        records[disclosure.type].append(record)
    for type_, disclosure in catalog.types.items():
        yield _made(disclosure, records[type_], catalog, barred, chance)


def _made(
    disclosure: Disclosure, records: Sequence[dict[str, Any]], catalog: Catalog, barred: frozenset[str], chance: Random
) -> Made:  # fmt: skip
    shared = Counter(normal(name) for one in disclosure.walk() for name in {*one.aliases, one.title})
    chosen: dict[str, Column] = {}
    unseen: set[str] = set()
    for column in columns(disclosure, catalog):
        names = [
            name
            for name in sorted(_aliases(column.field, disclosure))
            if shared[normal(name)] == 1 and normal(name) not in barred and normal(name) not in chosen
        ]
        if names and chance.random() < 0.5:
            heading = chance.choice(names)
            unseen.add(normal(heading))
        else:
            heading = column.heading
        chosen[normal(heading)] = column
    rows = [row for record in records for row in fill(record, list(chosen.values()), catalog)][:_ROWS]
    cells = [[_text(cell) for cell in row] for row in rows]
    names = list(chosen)
    for name in chance.sample(sorted(_OF_NOTHING), _ASIDE):
        at, said = chance.randrange(len(names) + 1), _OF_NOTHING[name]
        names.insert(at, normal(name))
        for number, row in enumerate(cells):
            row.insert(at, said[number % len(said)])
    table = Table("表", names, list(names), [list(row) for row in cells], 1)
    return Made(
        disclosure.type, {name: one.field.dotted for name, one in chosen.items()}, frozenset(unseen), table
    )


def _aliases(field: Field, disclosure: Disclosure) -> set[str]:
    """The aliases of a property; of an organization's name those of the organization too."""
    found = set(field.aliases)
    above = disclosure.by_path.get(".".join(field.path[:-1]))
    if field.name in ("name", "amount") and above is not None:
        found |= set(above.aliases)
    for name in ("name", "amount"):
        if (inner := disclosure.by_path.get(f"{field.dotted}.{name}")) is not None:
            found |= set(inner.aliases)
    return found


def _text(cell: Cell) -> str | None:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return cell.isoformat() if isinstance(cell, date) else None if cell is None else str(cell)


def held_headings(folder: Path, catalog: Catalog) -> frozenset[str]:
    """The headings of the files that nothing is learned of."""
    from loaders.load import check

    found: set[str] = set()
    for path, profile in pairs(folder, catalog):
        if profile in HELD:
            report = check(path, catalog, profile=load_profile(profile, catalog))
            found |= {
                normal(part)
                for one in report.columns
                for part in (one.heading, one.heading.rpartition(".")[2])
            }
    return frozenset(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", help="the files of bench.mapping")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--show", action="store_true", help="say which columns are wrong")
    asked = parser.parse_args()
    truth = Catalog.load()
    barred = held_headings(asked.folder, truth) if asked.folder else frozenset()
    with tempfile.TemporaryDirectory() as folder:
        matcher = Matcher(without_aliases(Path(folder)))
        measured(truth, matcher, barred, asked.seeds, show=asked.show)


def measured(
    truth: Catalog, matcher: Matcher, barred: frozenset[str], seeds: int, *, show: bool = False
) -> list[tuple[float, bool]]:
    """Print what becomes of the columns; give how sure each was and whether it was right."""
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    sure: list[tuple[float, bool]] = []
    extra = made = 0
    for seed in range(1, seeds + 1):
        for one in tables(truth, barred, seed):
            proposer = Proposer(Path("file.csv"), matcher, Specimen((one.table,), True))
            made += 1
            found = proposer.propose(one.type).columns()
            for heading, matched in found.items():
                wanted, best = one.wanted.get(heading), matched.best
                if wanted is None:
                    verdict = "extra" if best else "left"
                    extra += best is not None
                else:
                    verdict = (
                        "open"
                        if best is None
                        else "right"
                        if agreed([wanted], [best.field.dotted])
                        else "wrong"
                    )
                    counts[heading in one.unseen][verdict] += 1
                if best is not None and (heading in one.unseen or verdict == "extra"):
                    sure.append((best.score, verdict == "right"))
                if show and (verdict in ("wrong", "extra") or (verdict == "open" and heading in one.unseen)):
                    near = matched.others[:2]
                    print(
                        f"{one.type}\t{verdict}\t{heading}\t{best.field.dotted if best else ''}\t{wanted}\t"
                        f"{best.score if best else ''}\t{[(n.path, n.score) for n in near]}",
                        file=sys.stderr,
                    )
    for unseen, name in ((True, "unknown heading"), (False, "title")):
        whole = sum(counts[unseen].values()) or 1
        print(
            name, {verdict: f"{count / whole:.1%}" for verdict, count in counts[unseen].items()}, "of", whole
        )
    print("extra", extra, "of", _ASIDE * made)
    buckets(sure)
    return sure


if __name__ == "__main__":
    main()
