"""Proposed profiles against hand-written ones, on real files: `python -m bench.mapping FOLDER`.

Each file of FOLDER that a profile of `loaders/profiles/` is for is mapped without it: with the properties' aliases
taken out of the standard, so that headings are unseen, and with `--seen` as the standard is. What the hand-written
profile makes of a column is taken for the truth: a column is right if it fills (one of) the same properties, wrong if
another or one where the truth leaves it out, open if it is left out and should not be. Columns that both leave out
are not counted. `rows` are those taken by the proposed profile of those taken by the hand-written one; `values` is the
part of the cells that both read into one property in which both read the same.

Rules are made looking at the files of one half only (`--half develop`); of the other (`--half held`) the figures.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.load import check
from loaders.mapping.matching import Matcher
from loaders.mapping.proposal import Proposer, clear
from loaders.mapping.trying import tried
from loaders.mapping.writing import profile_text
from loaders.outcome import Outcome
from loaders.profile import Profile
from loaders.profile_file import load_profile, parse_profile
from loaders.report import Report
from schemas.catalog import FOLDER, Catalog

# The reader of a bare organization, amount or person is the object itself.
_SAME = frozenset({"name", "amount", "personName", "contactPerson"})
_BUCKETS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
# The profiles whose files nothing was made looking at; those of one publisher are in one half.
HELD = frozenset({
    "shanxi-grant-notices", "shanxi-grant-results", "shanxi-result-publicity", "shenzhen-land", "mnr-mining-notices",
    "ccgp-tender-notices", "yichang-award-candidates", "luan-tender-notices", "luan-award-results",
    "shandong-vaccines-2016", "jiangxi-vaccines-2018", "hunan-vaccines", "fujian-vaccines", "guizhou-vaccines-2018",
    "guangxi-vaccines", "vaccines-cleaned", "ggzy-notices-csv", "lishui-bid-openings",
})  # fmt: skip
_Cell = tuple[str, int, str | None, str]


@dataclass(slots=True)
class Line:
    """What became of one file."""

    file: str
    held: bool
    type: str | None
    rank: int
    clear: bool
    counts: Counter[str]
    taken: int
    of: int
    same: int
    both: int
    sure: list[tuple[float, bool]] = field(default_factory=list)

    def text(self) -> str:
        """The line of the table."""
        told = "clear" if self.clear else "asks"
        right, wrong, left = (self.counts[name] for name in ("right", "wrong", "open"))
        values = f"{self.same / self.both:.1%}" if self.both else "–"
        return (
            f"| {self.file} | {'held' if self.held else 'develop'} | {self.type} "
            f"| {'right' if self.rank == 0 else f'{self.rank + 1}.'} {told} | {right + wrong + left} | {right} | {wrong} "
            f"| {left} | {self.counts['extra']} | {self.taken:,} of {self.of:,} | {values} |"
        )


def pairs(data: Path, catalog: Catalog) -> Iterator[tuple[Path, str]]:
    """The files and the profiles that are for them, as the test of real files has them."""
    from importlib.util import module_from_spec, spec_from_file_location

    path = Path(__file__).resolve().parent.parent / "tests" / "loaders" / "test_real_files.py"
    spec = spec_from_file_location("real_files", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for file, profile, *_ in module.FILES:
        if (data / file).exists():
            yield data / file, profile


def without_aliases(folder: Path) -> Catalog:
    """The catalog whose properties have no aliases; made in a folder that is empty."""
    made = folder / "schemas"
    shutil.copytree(FOLDER, made)
    for path in made.rglob("*.json"):
        if "meta" in path.parts or path.name.endswith(".sample.json"):
            continue
        path.write_text(json.dumps(_bare(json.loads(path.read_text("utf-8"))), ensure_ascii=False), "utf-8")
    return Catalog.load(made)


def measure(path: Path, profile: str, truth: Catalog, matcher: Matcher, *, show: bool = False) -> Line:
    """Map one file and hold it against its profile."""
    written, true_cells = _loaded(path, truth, load_profile(profile, truth))
    wanted = {use.heading: use.properties for use in written.columns}
    catalog = matcher.catalog
    proposer = Proposer(path, matcher)
    ranked = proposer.ranked()
    types = [one.type for one in ranked]
    true = max(written.types, key=lambda one: written.types[one])
    found = types[0] if types[0] in written.types else None
    proposal = tried(path, proposer.several(ranked) or proposer.propose(types[0]), catalog)
    parsed = parse_profile(profile_text(proposal, catalog, path.stem), "proposed", catalog)
    made, cells = _loaded(path, catalog, parsed)
    counts: Counter[str] = Counter()
    sure: list[tuple[float, bool]] = []
    columns = {one.column.name: one for one in proposal.columns().values()}
    types = list(dict.fromkeys([proposal.type, *types]))
    found = types[0] if types[0] in written.types else None
    for use in made.columns:
        verdict = _verdict(wanted.get(use.heading, []), use.properties)
        counts[verdict] += 1
        one = columns.get(use.heading)
        if one is not None and one.best is not None and verdict != "left":
            sure.append((one.best.score, verdict == "right"))
        if show and verdict in ("wrong", "open", "extra"):
            print(
                f"    {verdict}: {use.heading[:40]} → {use.properties} for {wanted.get(use.heading)}",
                file=sys.stderr,
            )
    both = [key for key in true_cells if key in cells and key[2] is not None]
    same = sum(true_cells[key] == cells[key] for key in both)
    if show:
        other = Counter(key[2:] for key in both if true_cells[key] != cells[key])
        print("    other values:", dict(other.most_common(5)), file=sys.stderr)
    return Line(
        path.name, profile in HELD, types[0], 0 if found else types.index(true), clear(ranked), counts, made.taken,
        written.taken, same, len(both), sure,
    )  # fmt: skip


def _loaded(path: Path, catalog: Catalog, profile: Profile) -> tuple[Report, Mapping[_Cell, list[Any]]]:
    """The report on a file, and what each of its cells became at each property."""
    cells: dict[_Cell, list[Any]] = defaultdict(list)

    def keep(one: Outcome) -> None:
        for place, source in one.sources.items():
            sheet, row, column = source[:3]
            plain = ".".join(part for part in place.split(".") if not part.isdecimal())
            cells[sheet, row, column, plain].append(_at(one.record, place))

    return check(path, catalog, profile=profile, taken=keep), cells


def _at(record: Any, place: str) -> Any:
    for step in place.split("."):
        record = record[int(step)] if step.isdecimal() and isinstance(record, list) else record.get(step)
        if record is None:
            return None
    return record


def _verdict(wanted: Sequence[str], found: Sequence[str]) -> str:
    if not found:
        return "open" if wanted else "left"
    if not wanted:
        return "extra"
    return "right" if agreed(wanted, found) else "wrong"


def agreed(wanted: Iterable[str], found: Iterable[str]) -> bool:
    """Whether two columns fill one property, an organization and its name being the same."""
    return bool({_main(one) for one in wanted} & {_main(one) for one in found})


def _main(path: str) -> str:
    above, _, last = path.rpartition(".")
    return above if last in _SAME and above else path


def _bare(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: _bare(value)
            for key, value in node.items()
            if not (key == "aliases" and isinstance(value, list))
        }
    return [_bare(one) for one in node] if isinstance(node, list) else node


def main() -> None:
    """Measure every file and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="files whose names contain this")
    parser.add_argument("--half", choices=("develop", "held"), help="one half of the files")
    parser.add_argument("--show", action="store_true", help="say which columns are wrong")
    parser.add_argument("--unseen", action="store_true", help="only without aliases")
    parser.add_argument("--seen", action="store_true", help="only with aliases")
    asked = parser.parse_args()
    truth = Catalog.load()
    with tempfile.TemporaryDirectory() as folder:
        kinds = [] if asked.seen else [("aliases removed", without_aliases(Path(folder)))]
        kinds += [] if asked.unseen else [("with aliases", truth)]
        for title, catalog in kinds:
            print(
                f"\n{title}\n\n| file | half | type found | is it | columns | right | wrong | open | extra | rows | values |"
            )
            print("|---|---|---|---|---|---|---|---|---|---|---|")
            lines, matcher = [], Matcher(catalog)
            for path, profile in pairs(asked.folder, truth):
                held = profile in HELD
                if asked.only in str(path) and asked.half in (None, "held" if held else "develop"):
                    lines.append(measure(path, profile, truth, matcher, show=asked.show))
                    print(lines[-1].text(), flush=True)
            _print_sums(lines)


def _print_sums(lines: Sequence[Line]) -> None:
    for name, part in (
        ("develop", [one for one in lines if not one.held]),
        ("held", [one for one in lines if one.held]),
        ("all", lines),
    ):
        if part:
            _print_sum(name, part)
    buckets([pair for one in lines for pair in one.sure])


def buckets(sure: Sequence[tuple[float, bool]]) -> None:
    """Print how often what is said to be so sure is right."""
    print("\n| sure | columns | said | right |\n|---|---|---|---|")
    below = 0.0
    for above in _BUCKETS:
        inside = [(score, right) for score, right in sure if below <= score < above]
        if inside:
            shown = f"{below:.0%}–{min(above, 1):.0%}" if below else f"below {above:.0%}"
            said, right = (sum(one) / len(inside) for one in zip(*inside, strict=True))
            print(f"| {shown} | {len(inside)} | {said:.0%} | {right:.0%} |")
        below = above


def _print_sum(name: str, lines: Sequence[Line]) -> None:
    counts = sum((one.counts for one in lines), Counter[str]())
    right, wrong, left = (counts[verdict] for verdict in ("right", "wrong", "open"))
    whole = right + wrong + left or 1
    types = sum(one.rank == 0 for one in lines)
    both = sum(one.both for one in lines) or 1
    print(
        f"\n{name}: types {types} of {len(lines)}; columns right {right / whole:.1%}, wrong {wrong / whole:.1%}, "
        f"open {left / whole:.1%} of {whole}; extra {counts['extra']}; "
        f"rows {sum(min(one.taken, one.of) for one in lines):,} of {sum(one.of for one in lines):,}; "
        f"values {sum(one.same for one in lines) / both:.2%} of {both:,}"
    )


if __name__ == "__main__":
    main()
