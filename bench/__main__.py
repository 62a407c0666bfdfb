"""Measures what the design promises, as ratios of one run: `make bench`, or `python -m bench --records 20000`.

- loading a file against a bare insert of the very rows that the load writes (`bench.load`);
- checking a file against frictionless (`bench.check`, which can be run alone).

What answers cost is measured by `python -m bench.query` against other servers.
Absolute figures drift with the machine; quote the ratios, with the machine and the date.
"""

import argparse
import platform
from datetime import UTC, datetime

from bench.check import measure_checking
from bench.load.__main__ import measure as measure_loading


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=10_000)
    count = parser.parse_args().records
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}, {count:,} records\n"
    )
    measure_loading(count, 3)
    measure_checking(count * 10, 3)


if __name__ == "__main__":
    main()
