"""What of the standard is what of OCDS, as tables: domains, stages, roles, codes and names of properties.

A type is not named anywhere: it comes out by its domain and stage, its properties by the names that all types share,
and what OCDS has no place for in the extension.
"""

import csv
from collections.abc import Mapping as Table
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from schemas.catalog import Catalog, Disclosure

TABLES = Path(__file__).resolve().parent / "tables"
# Codes of OCDS's closed lists that a property goes into.
_CODED = {"procurementMethod": "method", "mainProcurementCategory": "category", "status": "bidStatus"}


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage is in OCDS: the release's tag, the section that its documents and items stand in."""

    tag: str
    section: str  # planning, tender, award, contract, implementation
    titled: bool  # whether the section is called as the disclosure is
    status: str  # of the tender, where the disclosure's outcome does not tell
    document_type: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a property goes: `tender.tenderPeriod.endDate`, in releases of some sections only where it names them."""

    sections: frozenset[str]
    target: tuple[str, ...]

    @property
    def coded(self) -> str | None:
        """Which of OCDS's closed lists the value has to be of."""
        return _CODED.get(self.target[-1])


@dataclass(frozen=True, slots=True)
class Role:
    """A role among OCDS's, and where who has it stands besides the parties."""

    ocds: str
    place: tuple[str, ...]


@dataclass(frozen=True)
class Mapping:
    """The tables of `publish/ocds/tables`."""

    domains: Table[str, str]  # domain → the main procurement category of all its records, or ""
    stages: Table[str, Stage]
    roles: Table[str, Role]
    codes: Table[tuple[str, str, str], str]  # (codelist, code, OCDS's list) → OCDS's code
    rules: Table[str, tuple[Rule, ...]]

    @classmethod
    def load(cls, folder: Path = TABLES) -> "Mapping":
        """The mapping of a folder of tables."""
        rules: dict[str, tuple[Rule, ...]] = {}
        for row in _rows(folder / "properties.csv"):
            rule = Rule(frozenset(filter(None, row["sections"].split("|"))), tuple(row["ocds"].split(".")))
            rules[row["property"]] = (*rules.get(row["property"], ()), rule)
        return cls(
            domains={row["domain"]: row["category"] for row in _rows(folder / "domains.csv")},
            stages={
                row["stage"]: Stage(row["tag"], row["section"], row["titled"] == "yes", row["status"], row["documentType"])
                for row in _rows(folder / "stages.csv")
            },
            roles={
                row["role"]: Role(row["ocds"], tuple(filter(None, row["place"].split("."))))
                for row in _rows(folder / "roles.csv")
            },
            codes={
                (row["list"], row["code"], row["field"]): row["ocds"] for row in _rows(folder / "codes.csv")
            },
            rules=MappingProxyType(rules),
        )  # fmt: skip

    def fits(self, disclosure: Disclosure) -> bool:
        """Whether OCDS carries a type: something is allocated in its domain, and its stage is one of OCDS's."""
        return disclosure.domain in self.domains and disclosure.stage in self.stages

    def types(self, catalog: Catalog) -> tuple[Disclosure, ...]:
        """The types that OCDS carries, each in its newest version."""
        return tuple(one for one in catalog.types.values() if self.fits(one))

    def code(self, codelist: str | None, code: object, field: str) -> str | None:
        """OCDS's code for one of ours, None where it has none."""
        return self.codes.get((codelist or "", str(code), field))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
