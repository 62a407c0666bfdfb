"""A workbook's zip package: its parts, their content types and relationships; parts not changed are copied as they are."""

import io
import posixpath
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from lxml import etree

from formats.error import FormatError
from loaders.returned.ooxml import CONTENT_TYPES, OFFICE, RELATIONSHIPS, Element, parse, serialize

# The first moment that a zip archive can say: what we add has no time of its own.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_TYPES: Final = "[Content_Types].xml"

Rewrite = Callable[[BinaryIO, BinaryIO], None]
# What is known only when all other parts are written is asked for last.
Content = bytes | Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Relationship:
    """What a part refers to by an id; `target` is a part's name, or an address outside."""

    id: str
    kind: str
    target: str
    outside: bool


class Package:
    """The parts of a workbook by name, as they are to be written."""

    def __init__(self, stream: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(stream)
        names = [entry.filename for entry in self._archive.infolist()]
        # Names of parts differ by more than case; of two entries with one name nobody knows which is read.
        self._names = {name.lower(): name for name in names}
        if len(self._names) != len(names):
            raise FormatError("F040", reason="two entries of one name")
        self._changed: dict[str, Content] = {}
        self._rewritten: dict[str, Rewrite] = {}
        self._types = parse(self.read(_TYPES))

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part.lower() in self._names or part in self._changed

    def names(self) -> list[str]:
        """The names of all parts, those that are new included."""
        return [*self._names.values(), *(name for name in self._changed if name.lower() not in self._names)]

    def read(self, part: str) -> bytes:
        """The content of a part; raises FormatError F040 where there is none."""
        changed = self._changed.get(self._names.get(part.lower(), part))
        if changed is not None:
            return changed if isinstance(changed, bytes) else changed()
        with self.open(part) as content:
            return content.read()

    def open(self, part: str) -> BinaryIO:
        """The content of a part as a stream, as it came."""
        name = self._names.get(part.lower())
        if name is None:
            raise FormatError("F040", reason=f"no part {part[:100]}")
        return cast(BinaryIO, self._archive.open(name))

    def put(self, part: str, content: Content) -> None:
        """Give a part its content, a new one or another; a function is asked when all other parts are written."""
        self._changed[self._names.get(part.lower(), part)] = content

    def rewrite(self, part: str, rewrite: Rewrite) -> None:
        """Have a part rewritten while it is copied."""
        self._rewritten[self._names[part.lower()]] = rewrite

    def fresh(self, pattern: str) -> str:
        """A part's name that is not taken: fresh("xl/comments{}.xml")."""
        number = 1
        while self.has(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def type_of(self, part: str) -> str:
        """The content type of a part, '' where none is said."""
        for one in self._types.iterfind(f"{{{CONTENT_TYPES}}}Override"):
            if one.get("PartName", "").lower() == f"/{part}".lower():
                return one.get("ContentType", "")
        suffix = part.rpartition(".")[2].lower()
        defaults = self._types.iterfind(f"{{{CONTENT_TYPES}}}Default")
        return next(
            (one.get("ContentType", "") for one in defaults if one.get("Extension", "").lower() == suffix), ""
        )

    def declare(self, part: str, content_type: str) -> None:
        """Say the content type of a part."""
        if self.type_of(part) != content_type:
            name = f"{{{CONTENT_TYPES}}}Override"
            etree.SubElement(self._types, name, PartName=f"/{part}", ContentType=content_type)
            self.put(_TYPES, serialize(self._types))

    def declare_suffix(self, suffix: str, content_type: str) -> None:
        """Say the content type of all parts of a suffix."""
        if not self.type_of(f".{suffix}"):
            one = etree.Element(f"{{{CONTENT_TYPES}}}Default", Extension=suffix, ContentType=content_type)
            self._types.insert(0, one)
            self.put(_TYPES, serialize(self._types))

    def relationships(self, part: str) -> list[Relationship]:
        """What a part refers to; '' is the package itself."""
        folder = posixpath.dirname(part)
        found = []
        for one in self._related(part):
            outside = one.get("TargetMode") == "External"
            target = one.get("Target", "")
            if not outside:
                target = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
            found.append(Relationship(one.get("Id", ""), one.get("Type", ""), target, outside))
        return found

    def related(self, part: str, kind: str) -> str | None:
        """The first part of a kind (`comments`, `styles`) that a part refers to."""
        wanted = f"{OFFICE}/{kind}"
        return next(
            (one.target for one in self.relationships(part) if one.kind == wanted and not one.outside), None
        )

    def relate(self, part: str, kind: str, target: str) -> str:
        """Let a part refer to another; gives the id."""
        root = self._related(part)
        taken = {one.get("Id") for one in root}
        number = 1
        while f"rId{number}" in taken:
            number += 1
        etree.SubElement(
            root, f"{{{RELATIONSHIPS}}}Relationship", Id=f"rId{number}", Type=f"{OFFICE}/{kind}", Target=f"/{target}"
        )  # fmt: skip
        self.put(_rels(part), serialize(root))
        return f"rId{number}"

    def write(self) -> bytes:
        """The package with all changes; entries keep their order, new ones and those asked for last follow."""
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in self._archive.infolist():
                changed = self._changed.get(entry.filename)
                if isinstance(changed, bytes):
                    archive.writestr(_entry(entry), changed)
                elif changed is None:
                    self._copy(entry, archive)
            for name, content in sorted(self._changed.items(), key=lambda one: callable(one[1])):
                if callable(content) or name.lower() not in self._names:
                    made = content() if callable(content) else content
                    archive.writestr(_entry(zipfile.ZipInfo(name, _NO_TIME)), made)
        return written.getvalue()

    def _copy(self, entry: zipfile.ZipInfo, archive: zipfile.ZipFile) -> None:
        copy = _entry(entry)
        copy.file_size = entry.file_size
        rewrite = self._rewritten.get(entry.filename, _as_it_is)
        with self._archive.open(entry) as content, archive.open(copy, "w") as written:
            rewrite(cast(BinaryIO, content), cast(BinaryIO, written))

    def _related(self, part: str) -> Element:
        if not self.has(_rels(part)):
            return etree.Element(f"{{{RELATIONSHIPS}}}Relationships", nsmap={None: RELATIONSHIPS})
        return parse(self.read(_rels(part)))


def _entry(like: zipfile.ZipInfo) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(like.filename, like.date_time)
    made.compress_type = zipfile.ZIP_STORED if like.is_dir() else zipfile.ZIP_DEFLATED
    made.external_attr = like.external_attr
    return made


def _as_it_is(content: BinaryIO, copy: BinaryIO) -> None:
    shutil.copyfileobj(content, copy, 1 << 18)


def _rels(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
