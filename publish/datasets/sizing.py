"""How large a file will be: its records counted, its bytes told by the first of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from publish.datasets import delimited, jsonlines
from publish.datasets.building import Builder
from publish.datasets.export import FORMATS, Export
from publish.datasets.making import count
from publish.datasets.reading import Snapshot, snapshot
from publish.datasets.statements import Rows

SAMPLE = 200  # records that are looked at
# Bytes of a format to those of its tables as CSV, as measured on records of all types (docs/datasets.md).
_RATIOS = {"csv": 1.0, "csv.zip": 0.15, "xlsx": 0.35, "parquet": 0.15, "parquet.zip": 0.2, "sqlite": 1.5}


@dataclass(frozen=True, slots=True)
class Size:
    """Of one file: how many disclosures, how many bytes at a guess, or exactly where it is kept."""

    records: int
    bytes: int
    exact: bool = False

    @classmethod
    def of(cls, builder: Builder, export: Export) -> "Size":
        """The size of a file."""
        with snapshot(builder.engine) as taken:
            rows = Rows(taken.dialect, builder.catalog, builder.site)
            records = count(export, taken, rows)
            kept = builder.find(export, taken.standing().version)
            if kept is not None:
                kept.close()
                if kept.done is not None:
                    return cls(records, kept.done.size, True)
            told = sum(_sampled(export, rows, taken))
        looked = min(records, SAMPLE)
        return cls(records, int(told * _RATIOS.get(export.format, 1.0) * records / looked) if looked else 0)

    @classmethod
    def of_all(cls, builder: Builder, export: Export) -> dict[str, Any]:
        """What `.size` answers: the records and the bytes of each format."""
        sizes = {one: cls.of(builder, replace(export, format=one)) for one in FORMATS}
        records = max(size.records for size in sizes.values())
        told = {one: {"bytes": size.bytes, "exact": size.exact} for one, size in sizes.items()}
        return {"records": records, "formats": told}


def _sampled(export: Export, rows: Rows, taken: Snapshot) -> Iterator[int]:
    """The bytes of what the first disclosures have, as JSON Lines or as CSV without headings."""
    if export.format == "jsonl":
        yield from map(len, jsonlines.chunks(export.layout[0], export.chosen, rows, taken, SAMPLE))
        return
    for table in export.tables:
        _heading, *pieces = delimited.chunks(table, export.chosen, rows, taken, SAMPLE)
        yield sum(map(len, pieces))
