"""Proposed profiles against hand-written ones, on real files: `python -m bench.mapping FOLDER`.

Each file of FOLDER that a profile of `loaders/profiles/` is for is mapped without it: once as the standard is, once
with the properties' aliases taken out, so that headings are unseen. What the hand-written profile makes of a column
is taken for the truth: a column is right if it fills (one of) the same properties, wrong if another or one where the
truth leaves it out, open if it is left out and should not be. Columns that both leave out are not counted. `rows` are
those taken by the proposed profile of those taken by the hand-written one.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaders.load import check
from loaders.mapping.matching import Matcher
from loaders.mapping.proposal import Proposer, clear
from loaders.mapping.trying import tried
from loaders.mapping.writing import profile_text
from loaders.profile_file import load_profile, parse_profile
from loaders.report import Report
from schemas.catalog import FOLDER, Catalog

# The reader of a bare organization, amount or person is the object itself.
_SAME = frozenset({"name", "amount", "personName", "contactPerson"})


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file."""

    file: str
    type: str | None
    rank: int
    clear: bool
    right: int
    wrong: int
    open: int
    extra: int
    taken: int
    of: int

    def text(self) -> str:
        """The line of the table."""
        told = "clear" if self.clear else "asks"
        columns = self.right + self.wrong + self.open
        return (
            f"| {self.file} | {self.type} | {'right' if self.rank == 0 else f'{self.rank + 1}.'} {told} "
            f"| {columns} | {self.right} | {self.wrong} | {self.open} | {self.extra} | {self.taken:,} of {self.of:,} |"
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
    written = check(path, truth, profile=load_profile(profile, truth))
    wanted = {use.heading: use.properties for use in written.columns}
    catalog = matcher.catalog
    proposer = Proposer(path, matcher)
    ranked = proposer.ranked()
    types = [one.type for one in ranked]
    true = max(written.types, key=lambda one: written.types[one])
    found = types[0] if types[0] in written.types else None
    proposal = tried(path, proposer.propose(types[0]), catalog)
    parsed = parse_profile(profile_text(proposal, catalog, path.stem), "proposed", catalog)
    made: Report = check(path, catalog, profile=parsed)
    counts: Counter[str] = Counter()
    for use in made.columns:
        verdict = _verdict(wanted.get(use.heading, []), use.properties)
        counts[verdict] += 1
        if show and verdict in ("wrong", "open", "extra"):
            print(
                f"    {verdict}: {use.heading[:40]} → {use.properties} for {wanted.get(use.heading)}",
                file=sys.stderr,
            )
    return Line(
        path.name, types[0], 0 if found else types.index(true), clear(ranked), counts["right"], counts["wrong"],
        counts["open"], counts["extra"], made.taken, written.taken,
    )  # fmt: skip


def _verdict(wanted: Sequence[str], found: Sequence[str]) -> str:
    if not found:
        return "open" if wanted else "left"
    if not wanted:
        return "extra"
    return "right" if {_main(one) for one in wanted} & {_main(one) for one in found} else "wrong"


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
    """Measure every file and print two tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="files whose names contain this")
    parser.add_argument("--show", action="store_true", help="say which columns are wrong")
    parser.add_argument("--unseen", action="store_true", help="only without aliases")
    parser.add_argument("--seen", action="store_true", help="only with aliases")
    asked = parser.parse_args()
    truth = Catalog.load()
    with tempfile.TemporaryDirectory() as folder:
        kinds = [("aliases removed", without_aliases(Path(folder)))]
        if asked.seen:
            kinds = [("with aliases", truth)]
        elif not asked.unseen:
            kinds.insert(0, ("with aliases", truth))
        for title, catalog in kinds:
            print(
                f"\n{title}\n\n| file | type found | is it | columns | right | wrong | open | extra | rows |"
            )
            print("|---|---|---|---|---|---|---|---|---|")
            lines, matcher = [], Matcher(catalog)
            for path, profile in pairs(asked.folder, truth):
                if asked.only in str(path):
                    lines.append(measure(path, profile, truth, matcher, show=asked.show))
                    print(lines[-1].text(), flush=True)
            _print_sum(lines)


def _print_sum(lines: Sequence[Line]) -> None:
    right, wrong, left = (sum(getattr(one, name) for one in lines) for name in ("right", "wrong", "open"))
    whole = right + wrong + left or 1
    types = sum(one.rank == 0 for one in lines)
    print(
        f"\ntypes {types} of {len(lines)}; columns right {right / whole:.1%}, wrong {wrong / whole:.1%}, "
        f"open {left / whole:.1%} of {whole}; extra {sum(one.extra for one in lines)}; "
        f"rows {sum(min(one.taken, one.of) for one in lines):,} of {sum(one.of for one in lines):,}"
    )


if __name__ == "__main__":
    main()
