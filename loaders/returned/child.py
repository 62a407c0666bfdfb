"""The process that opens a stranger's workbook to mark it: the job on standard input, the workbook on standard output.

The first line written is JSON: `{"bytes": n}`, after which so many follow, `{"copy": true}` for a workbook that is
not to be given back as it is, or `{"error": [code, …]}`.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from formats.archive import check_archive
from formats.confinement import Limits, confine, too_much_memory
from formats.error import FormatError
from loaders.earlier import ORIGINALS
from loaders.errors import LoadError
from loaders.returned.comments import FIRST, Comments
from loaders.returned.drawing import Drawing, blocks_of
from loaders.returned.job import Box, Job, Mark
from loaders.returned.ooxml import COMMENTS_TYPE, STYLES_TYPE, VML_TYPE, serialize
from loaders.returned.package import Package
from loaders.returned.sheet import Changes, Place, first_of_merged, rewrite
from loaders.returned.styles import EMPTY, Styles
from loaders.returned.summary_sheet import looks, sheet
from loaders.returned.workbook import Sheet, Workbook, can_be_marked

# So many findings a comment names.
_SAID: Final = 6
_RANK: Final = ("error", "warning", "info")


def main(arguments: list[str]) -> None:
    """Confine ourselves, mark the workbook of the first argument, write it to standard output."""
    limits = Limits(**json.loads(arguments[1]))
    confine(limits)
    output = sys.stdout.buffer
    try:
        job = Job.of(json.load(sys.stdin.buffer))
        with Path(arguments[0]).open("rb") as stream:
            made = marked(stream, job)
    except (FormatError, LoadError) as error:
        _say(output, _refusal(error))
    except MemoryError:
        _say(output, _refusal(too_much_memory(limits)))
    else:
        if made is None:
            _say(output, {"copy": True})
        else:
            _say(output, {"bytes": len(made)})
            output.write(made)
    output.flush()


def marked(stream: BinaryIO, job: Job) -> bytes | None:
    """The workbook with its marks and its summary; None for one that is given back as a copy."""
    check_archive(stream)
    stream.seek(0)
    package = Package(stream)
    if not can_be_marked(package):
        return None
    workbook = Workbook(package)
    styles_part = package.related(workbook.part, "styles")
    styles = Styles(package.read(styles_part) if styles_part else EMPTY, job.originals)
    again = job.earlier is not None or _has_our_comments(package)
    restored = styles.restored(forgotten=job.earlier is None) if again else {}
    look = looks(styles)
    for one in workbook.sheets:
        if one.name != job.earlier and package.has(one.part):
            marks = [mark for mark in job.marks if mark.sheet == one.name]
            _Marking(package, styles, restored, again).mark(one, marks)

    def summary() -> bytes:
        return sheet([*job.summary, *_originals(styles)], look)

    if job.earlier is None:
        workbook.put_in_front(job.name, summary)
    else:
        workbook.replace(job.earlier, summary)
    if styles_part is None:
        styles_part = "xl/styles.xml"
        package.declare(styles_part, STYLES_TYPE)
        package.relate(workbook.part, "styles", styles_part)
    # Which styles marked cells need is known when the sheets are written.
    package.put(styles_part, lambda: serialize(styles.root))
    return package.write()


def _has_our_comments(package: Package) -> bool:
    """Whether a workbook without our summary sheet was given back by us all the same: somebody deleted it."""
    parts = [name for name in package.names() if package.type_of(name) == COMMENTS_TYPE]
    return any(FIRST.encode() in package.read(name) for name in parts)


class _Marking:
    """Marks one sheet after another; `again` where the workbook has marks of ours already."""

    def __init__(self, package: Package, styles: Styles, restored: Mapping[int, int], again: bool) -> None:
        self.package, self.styles, self.restored, self.again = package, styles, restored, again

    def mark(self, one: Sheet, marks: list[Mark]) -> None:
        """Have the sheet rewritten with its marks, and write its comments."""
        places: dict[Place, Place] = {}
        if marks:
            with self.package.open(one.part) as content:
                places = first_of_merged(content, ((mark.row, mark.column) for mark in marks))
        by_place: dict[Place, list[Mark]] = {}
        for mark in marks:
            place = (mark.row, mark.column)
            by_place.setdefault(places.get(place, place), []).append(mark)
        drawing = self._comment(one, {place: _text(said) for place, said in by_place.items()})
        worst = {
            place: min((mark.severity for mark in said), key=_RANK.index) for place, said in by_place.items()
        }
        changes = Changes(self.styles, worst, self.restored, drawing)
        self.package.rewrite(one.part, lambda content, copy: rewrite(content, copy, changes))

    def _comment(self, one: Sheet, said: Mapping[Place, str]) -> str | None:
        """Write the comments and their drawing; gives the drawing's id if the sheet has yet to name it."""
        package = self.package
        part, drawing = package.related(one.part, "comments"), package.related(one.part, "vmlDrawing")
        if not said and not (part and self.again):
            return None
        comments = Comments(package.read(part) if part else None)
        gone = comments.take_back() if self.again else set()
        new = comments.add(said)
        if not part:
            part = package.fresh("xl/comments{}.xml")
            package.declare(part, COMMENTS_TYPE)
            package.relate(one.part, "comments", part)
        package.put(part, serialize(comments.root))
        taken = self._taken(drawing)
        shapes = Drawing(package.read(drawing) if drawing else None, taken)
        shapes.remove(gone)
        shapes.add(new)
        unnamed = None
        if not drawing:
            drawing = package.fresh("xl/drawings/vmlDrawing{}.vml")
            package.declare_suffix("vml", VML_TYPE)
            unnamed = package.relate(one.part, "vmlDrawing", drawing)
        package.put(drawing, shapes.serialize())
        return unnamed

    def _taken(self, own: str | None) -> set[int]:
        parts = [name for name in self.package.names() if name.lower().endswith(".vml") and name != own]
        return {number for name in parts for number in blocks_of(self.package.read(name))}


def _text(marks: list[Mark]) -> str:
    """What a comment says: what must be fixed first, each thing once."""
    texts = list(
        dict.fromkeys(mark.text for mark in sorted(marks, key=lambda one: _RANK.index(one.severity)))
    )
    more = len(texts) - _SAID
    return "\n\n".join(texts[:_SAID]) + (
        f"\n\n…… 另有 {more} 项,见“核对结果” / {more} more in the summary" if more > 0 else ""
    )


def _originals(styles: Styles) -> list[list[Box]]:
    """What the summary sheet remembers of the fills under our marks."""
    known = [(place, fill) for place, fill in enumerate(styles.originals) if fill]
    if not known:
        return []
    head = [Box(ORIGINALS[0], "quiet"), Box(ORIGINALS[1], "quiet", span=6)]
    return [[], head, *([Box(place, "quiet"), Box(fill, "quiet", span=6)] for place, fill in known)]


def _refusal(error: FormatError | LoadError) -> dict[str, Any]:
    return {"error": [error.code, error.message, error.message_en, error.hint, error.hint_en]}


def _say(output: BinaryIO, said: dict[str, Any]) -> None:
    output.write(json.dumps(said).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
