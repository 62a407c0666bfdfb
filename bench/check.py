"""Checking a table against `frictionless validate` with an equivalent table schema: the same file, the same run.

    python -m bench.check --rows 100000

Each side is run in turn, several times; the median counts. Ours screens for personal data too, reads units and
codes, tells publishers and records apart, and runs the checks beyond the schema.
"""

import argparse
import csv
import json
import platform
import random
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from loaders.load import check
from loaders.report import SoFar
from schemas.catalog import Catalog

TYPE = "land/grant-result"
USES, METHODS = ["工业用地", "商服用地", "城镇住宅用地"], ["挂牌出让", "协议出让", "划拨"]
HEADINGS = [
    "公开主体", "公开主体统一社会信用代码", "电子监管号", "行政区代码", "公开时间", "宗地编号", "土地坐落", "土地面积(公顷)", "土地用途", "供地方式",
    "出让年限", "成交价格(万元)", "受让人", "成交日期", "合同签订日期", "约定开工时间", "约定竣工时间", "备注",
]  # fmt: skip
FAULTS = {
    "土地面积(公顷)": "很大", "成交日期": "昨天", "出让年限": "-1", "受让人": "示" * 301, "公开时间": "2024-13-01",
}  # fmt: skip


def rows(count: int, *, faulty: float = 0.0, together: int = 1) -> Iterator[list[Any]]:
    """Rows of granted parcels: a part of them with one fault each, so many together of one grant."""
    chosen = random.Random(1)
    for number in range(count):
        grant = number // together
        deal = date(2023, 1, 3) + timedelta(days=grant % 700)
        row = dict(zip(HEADINGS, [
            "昆明市自然资源和规划局", "11530114MB0W00017C", f"530114{2000 + grant % 20}B{grant:06}", "530114",
            deal + timedelta(days=8), f"KC{number}", f"昆明市呈贡区示例街道{number}号", round(0.1 + chosen.random() * 10, 4),
            USES[number % 3], METHODS[grant % 3], [40, 50, 70][number % 3], round(10 + chosen.random() * 1000, 2),
            f"云南示例{number % 5000}有限公司", deal, deal + timedelta(days=2), deal + timedelta(days=200), deal + timedelta(days=900), "",
        ], strict=True))  # fmt: skip
        if chosen.random() < faulty:
            heading = chosen.choice(list(FAULTS))
            row[heading] = FAULTS[heading]
        yield list(row.values())


def table_schema(catalog: Catalog) -> dict[str, Any]:
    """What a table schema can say of the same columns: types, required, patterns, enumerations, limits."""
    fields = catalog.type(TYPE).by_path
    length = {"constraints": {"maxLength": fields["lots.parcelLocation"].limits.max_length}}
    amount = {"type": "number", "constraints": {"minimum": 0, "maximum": 100_000_000}}
    described: dict[str, dict[str, Any]] = {
        "公开主体": {"type": "string", "constraints": {"required": True, "maxLength": 300}},
        "公开主体统一社会信用代码": {"type": "string", "constraints": {"pattern": "[0-9A-HJ-NPQRTUWXY]{18}"}},
        "行政区代码": {"type": "string", "constraints": {"pattern": "[0-9]{6}"}},
        "宗地编号": {"type": "string", "constraints": {"required": True, "maxLength": 200}},
        "土地坐落": {"type": "string", **length},
        "土地面积(公顷)": amount,
        "土地用途": {"type": "string", "constraints": {"enum": USES}},
        "供地方式": {"type": "string", "constraints": {"enum": METHODS}},
        "出让年限": {"type": "integer", "constraints": {"minimum": 0, "maximum": 100}},
        "成交价格(万元)": amount,
        "受让人": {"type": "string", "constraints": {"maxLength": 300}},
    }
    dates = ("公开时间", "成交日期", "合同签订日期", "约定开工时间", "约定竣工时间")
    described |= {name: {"type": "date"} for name in dates}
    plain = {"type": "string", "constraints": {"maxLength": 2000}}
    return {"fields": [{"name": name, **described.get(name, plain)} for name in HEADINGS]}


def write(path: Path, lines: Iterator[list[Any]]) -> Path:
    """A CSV file of these rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        writer.writerows(lines)
    return path


def seconds(run: Callable[[], Any]) -> float:
    """How long it takes once."""
    begin = perf_counter()
    run()
    return perf_counter() - begin


def first_issue(path: Path, catalog: Catalog) -> float:
    """Seconds until whoever waits can be told a finding."""
    told: list[float] = []
    begin = perf_counter()

    def tick(so_far: SoFar) -> None:
        if so_far.issues.groups and not told:
            told.append(perf_counter() - begin)

    check(path, catalog, type=TYPE, progress=tick)
    return told[0]


def peak(path: Path) -> str:
    """The most memory that the process which checks, and the one that parses, had at a time."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.check", "--once", str(path)], capture_output=True, text=True, check=True
    )
    ours, child = json.loads(done.stdout)
    return f"{ours / 1024:.0f} MB + {child / 1024:.0f} MB in the child"


def own_peak() -> int:
    """The most memory that this program had, in kilobytes; `ru_maxrss` would count whoever started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])  # type: ignore[index]


def measure_checking(count: int, repeats: int) -> None:
    """Print rows a second of both, their ratio, peak memory, and when the first issue is known."""
    from frictionless import Resource, Schema, system, validate

    catalog = Catalog.load()
    schema = Schema.from_descriptor(table_schema(catalog))

    def theirs(path: Path) -> None:
        with system.use_context(trusted=True):
            # It would stop after a thousand errors.
            validate(Resource(path=str(path), schema=schema), limit_errors=count * len(HEADINGS))

    files = {
        "all good": (count, rows(count)),
        "5% of the rows at fault": (count, rows(count, faulty=0.05)),
        "3 rows a record, a fifth": (count // 5, rows(count // 5, together=3)),
    }
    print(f"{'file':28}{'frictionless':>14}{'openalloc':>12}{'ratio':>8}  peak memory")
    with tempfile.TemporaryDirectory() as folder:
        for name, (size, lines) in files.items():
            path = write(Path(folder) / "file.csv", lines)
            report = check(path, catalog, type=TYPE)
            times = [
                (seconds(lambda p=path: theirs(p)), seconds(lambda p=path: check(p, catalog, type=TYPE)))
                for _ in range(repeats)
            ]
            their, our = (size / median(side) for side in zip(*times, strict=True))
            print(f"{name:28}{their:12,.0f}/s{our:10,.0f}/s{our / their:8.1f}  {peak(path)}")
            print(f"{'':28}{report.taken:,} taken, {report.refused:,} refused, {report.issue_counts}")
        path = write(Path(folder) / "file.csv", rows(count, faulty=0.05))
        early = median(first_issue(path, catalog) for _ in range(repeats))
        print(f"\nthe first issue of {count:,} rows is known after {early:.2f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--once", type=Path, help="check this file and print the peaks of memory, in kilobytes"
    )
    asked = parser.parse_args()
    if asked.once:
        check(asked.once, Catalog.load(), type=TYPE)
        print(json.dumps([own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
        return
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}, {asked.rows:,} rows\n"
    )
    measure_checking(asked.rows, asked.repeats)


if __name__ == "__main__":
    main()
