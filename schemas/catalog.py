"""The catalog: every type in every version, read from the folder of schemas; a value that is passed."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from schemas.calendar import WorkingDays
from schemas.codelist import Codelist, load_codelists
from schemas.course import ENVELOPE, Course, Kind, course
from schemas.errors import SchemaError
from schemas.field import Field, Schema, walk
from schemas.path import values
from schemas.policy import Policy
from schemas.region import Regions
from schemas.release import FILE as LOCK
from schemas.release import Lock, Release
from schemas.sides import Sides
from schemas.spelling import camel, pascal, plural
from schemas.timelimit import TimeLimit

FOLDER = Path(__file__).resolve().parent
NAMESPACE = "https://openalloc.org/schemas/"
_VERSION_FILE = re.compile(r"^(\d+)\.(\d+)\.json$")


@dataclass(frozen=True)
class Disclosure:
    """A disclosure type in one version: its schema as published, its fields, its sample."""

    type: str
    version: str
    schema: Schema
    sample: Mapping[str, Any]
    fields: tuple[Field, ...]
    release: Release

    @property
    def number(self) -> tuple[int, int]:
        """Major and minor, which sort as versions do: 1.10 comes after 1.9."""
        major, minor = self.version.split(".")
        return int(major), int(minor)

    @property
    def domain(self) -> str:
        """The first part of the path, a code of the codelist `domain`."""
        return self.type.partition("/")[0]

    @cached_property
    def name(self) -> str:
        """What a record's `schema` says: `land/grant-result/1.0`."""
        return f"{self.type}/{self.version}"

    @property
    def graphql_name(self) -> str:
        """`land/grant-result` → `LandGrantResult`."""
        return pascal(self.type)

    @property
    def collection(self) -> str:
        """The name of the list field: `land/grant-result` → `landGrantResults`."""
        return plural(camel(self.type))

    @property
    def title(self) -> str:
        """The official heading."""
        return str(self.schema["title"])

    @property
    def title_en(self) -> str:
        """The English title."""
        return str(self.schema["titleEn"])

    @property
    def stage(self) -> str:
        """A code of the codelist `stage`."""
        return str(self.schema["stage"])

    @cached_property
    def deadlines(self) -> tuple[TimeLimit, ...]:
        """By when such a disclosure must be public: its rules, the first that can be measured judges."""
        return tuple(TimeLimit.of(rule) for rule in self.schema["deadlines"])

    @cached_property
    def unknown(self) -> dict[tuple[str, ...], Any]:
        """Why a deadline is unknown, by the properties that are missing, once that was said (schemas.deadline)."""
        return {}

    @cached_property
    def by_path(self) -> Mapping[str, Field]:
        """Every field by its dotted path."""
        return MappingProxyType({f.dotted: f for f in self.walk()})

    @cached_property
    def bits(self) -> Mapping[str, int]:
        """A bit for every field by its dotted path, so that a number can say which of them a record has."""
        return MappingProxyType({path: 1 << place for place, path in enumerate(self.by_path)})

    def example(self, field: Field) -> Any:
        """An example of a leaf: its first value in the sample, so that examples fit together, else its own first.

        None where there is neither; for a list it is one of the list's things.
        """
        return next(values(self.sample, field.path), next(iter(field.examples), None))

    def walk(self) -> Iterator[Field]:
        """Every field, parents first, in the schema's order."""
        for top in self.fields:
            yield from top.walk()


@dataclass(frozen=True)
class Catalog:
    """All types, codelists, regions and the working-day calendar of one folder of schemas."""

    folder: Path
    documents: Mapping[str, Schema]
    versions: Mapping[str, Disclosure]
    codelists: Mapping[str, Codelist]
    regions: Regions
    calendar: WorkingDays
    lock: Lock

    @cached_property
    def types(self) -> Mapping[str, Disclosure]:
        """The newest version of each type, in the order of the paths."""
        newest: dict[str, Disclosure] = {}
        for disclosure in self.versions.values():
            newest[disclosure.type] = disclosure
        return MappingProxyType(newest)

    @cached_property
    def _histories(self) -> Mapping[str, tuple[Disclosure, ...]]:
        made: dict[str, tuple[Disclosure, ...]] = {}
        for one in self.versions.values():
            made[one.type] = (*made.get(one.type, ()), one)
        return made

    def history(self, type_path: str) -> tuple[Disclosure, ...]:
        """Every version of a type, the oldest first."""
        return self._histories.get(type_path, ())

    def newest_minor(self, disclosure: Disclosure) -> Disclosure:
        """The newest version with the same properties, or more: laws change, and a frozen version's deadlines do not."""
        return self._newest_minors[disclosure.type, disclosure.number[0]]

    @cached_property
    def _newest_minors(self) -> Mapping[tuple[str, int], Disclosure]:
        return {(one.type, one.number[0]): one for one in self.versions.values()}

    def called(self, disclosure: Disclosure) -> str:
        """The shortest name that means a version: its type's path for the newest, `path/1.0` for another."""
        return disclosure.type if self.types[disclosure.type] is disclosure else disclosure.name

    @cached_property
    def files(self) -> tuple[str, ...]:
        """What has a version, the shared definitions among it: `common/1.0`, `land/grant-result/1.0`."""
        return tuple(uri.removeprefix(NAMESPACE).removesuffix(".json") for uri in self.documents)

    @cached_property
    def policy(self) -> Policy:
        """The policy that the types carry out, read when it is first asked for."""
        return Policy.load(self.folder / "policy")

    @cached_property
    def sides(self) -> Sides:
        """Which roles face each other, read when it is first asked for."""
        return Sides.load(self.folder)

    @cached_property
    def course(self) -> Course:
        """Which types a process can have at which stage."""
        common = [uri for uri in self.documents if "/common/" in uri][-1]
        envelope = frozenset(self.documents[common]["$defs"][ENVELOPE]["properties"])
        kinds = tuple(
            Kind(one.type, one.domain, one.stage, one.fields, one.deadlines) for one in self.types.values()
        )
        return course(kinds, tuple(self.codelists["stage"].codes), self.policy.course, envelope)

    @cached_property
    def validators(self) -> dict[str, Any]:
        """Compiled validators, made when a version is first checked (schemas.check)."""
        return {}

    @cached_property
    def compiled(self) -> dict[tuple[str, str], Any]:
        """What else is compiled of a type or version when it is first needed, by what it is and of which."""
        return {}

    @cached_property
    def plans(self) -> dict[str, Any]:
        """What is looked at beyond the schema, settled when a version is first looked at (schemas.quality)."""
        return {}

    def type(self, name: str) -> Disclosure:
        """The type of that path in its newest version, or the version that `path/1.0` names; raises SchemaError."""
        found = self.types.get(name) or self.versions.get(name)
        if found is None:
            known = "、".join(self.types)
            raise SchemaError(
                "S102", f"没有这个类型:{name}", f"there is no such type: {name}",
                f"可用的类型:{known}", f"The types are: {known}",
            )  # fmt: skip
        return found

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Catalog":
        """The catalog of a folder; raises SchemaError for a file that is no schema of ours."""
        documents: dict[str, Schema] = {}
        files = sorted(
            (path for path in folder.glob("*/**/*.json") if _VERSION_FILE.match(path.name)),
            key=lambda path: (path.parent, tuple(int(part) for part in path.stem.split("."))),
        )
        for path in files:
            document = _read(path)
            documents[str(document.get("$id"))] = document
        versions = {}
        lock = Lock.load(folder / LOCK)
        for path in files:
            parts = path.relative_to(folder).parts
            if len(parts) == 3:
                disclosure = _disclosure("/".join(parts[:2]), path, documents, lock)
                versions[disclosure.name] = disclosure
        codelists = load_codelists(folder / "codelists")
        return cls(
            folder=folder,
            documents=MappingProxyType(documents),
            versions=MappingProxyType(versions),
            codelists=MappingProxyType(codelists),
            regions=Regions(codelists["region"]),
            calendar=WorkingDays.load(folder / "holidays.csv"),
            lock=lock,
        )


def _disclosure(type_path: str, path: Path, documents: Mapping[str, Schema], lock: Lock) -> Disclosure:
    schema = documents.get(f"{NAMESPACE}{type_path}/{path.name}")
    if schema is None:
        raise SchemaError(
            "S103", f"{path.name} 的 $id 与其位置不符({type_path})",
            f"the $id of {path.name} does not say where it stands ({type_path})",
            f"$id 应为 {NAMESPACE}{type_path}/{path.name}", f"$id should be {NAMESPACE}{type_path}/{path.name}",
        )  # fmt: skip
    sample = _read(path.with_suffix(".sample.json"))
    fields, release = walk(schema, documents), lock.of(f"{type_path}/{path.stem}")
    return Disclosure(type_path, path.stem, schema, sample, fields, release)


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise SchemaError(
            "S104", f"读不了模式文件 {path.name}:{error}", f"cannot read the schema file {path.name}: {error}",
            "每个类型的文件夹里应有 1.0.json 和 1.0.sample.json。",
            "A type's folder holds 1.0.json and 1.0.sample.json.",
        ) from error  # fmt: skip
