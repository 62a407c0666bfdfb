"""A load that goes on until it is stopped, at the lowest priority: `python -m bench.query.loading <database>`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from cli.synthetic.generator import generate
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import connect, writing
from store.writing import write

BATCH = 500


@contextmanager
def loading(url: str, log: Path) -> Iterator[None]:
    """Records are written while the block runs; raises RuntimeError where the load ended by itself or wrote nothing."""
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "bench.query.loading", url]
        process = subprocess.Popen(command, stdout=stream, stderr=stream, start_new_session=True)
        try:
            yield
            if process.poll() is not None or b"written" not in log.read_bytes():
                raise RuntimeError(f"the load did not run: {log}")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def main() -> None:
    """Write batch after batch of records that are not there yet."""
    os.nice(19)
    catalog = Catalog.load()
    engine = connect(sys.argv[1])
    for seed in count(1_000):
        entries = [Entry(record, disclosure) for disclosure, record in generate(catalog, 4 * BATCH, seed)]
        for at in range(0, len(entries), BATCH):
            with writing(engine) as connection:
                written = write(
                    connection,
                    entries[at : at + BATCH],
                    catalog,
                    None,
                    datetime.now(UTC).replace(tzinfo=None),
                )
            print(f"written {written.stored + written.revised}", flush=True)


if __name__ == "__main__":
    main()
