"""Which roles face each other: who takes what somebody gives, who competes for it, whom a record is about.

`sides.csv` says it of the codes of the codelist `party-role`; a role that is not in it faces nobody.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

FILE = "sides.csv"


@dataclass(frozen=True, slots=True)
class Sides:
    """The roles by their part.

    A `taker` got what was allocated, at the amount that stands beside it; a `bidder` wants it; a `subject` is who a
    credit record, a penalty or a complaint is about. `opposites` are the roles across the table.
    """

    takers: tuple[str, ...] = ()
    bidders: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    opposites: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def load(cls, folder: Path) -> "Sides":
        """The sides of a folder of schemas; a folder without the file has none."""
        path = folder / FILE
        if not path.is_file():
            return cls()
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        parts = {
            part: tuple(row["role"] for row in rows if row["part"] == part)
            for part in ("taker", "bidder", "subject")
        }
        opposites = {row["role"]: tuple(filter(None, row["opposites"].split("|"))) for row in rows}
        return cls(parts["taker"], parts["bidder"], parts["subject"], MappingProxyType(opposites))

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every (role, role across), in both directions.

        >>> Sides(opposites={"supplier": ("buyer",)}).pairs()
        (('supplier', 'buyer'), ('buyer', 'supplier'))
        """
        one_way = [(role, other) for role, others in self.opposites.items() for other in others]
        return tuple(dict.fromkeys((*one_way, *((other, role) for role, other in one_way))))
