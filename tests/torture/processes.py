"""The other end of `warm.py`: commands that are run, several at once too, and killed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.torture.warm import Ended, Run

ROOT = Path(__file__).resolve().parents[2]


class Warm:
    """A warmed process that runs commands."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, run: Run) -> Ended:
        """Run one command to its end."""
        return self.run_all([run])[0]

    def run_all(self, runs: Sequence[Run]) -> list[Ended]:
        """Run commands at once, all to their end."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([asdict(one) for one in runs]) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, "the warmed process has died"
        return [Ended(**one) for one in json.loads(line)]


@contextmanager
def warmed(*, practise: bool = True) -> Iterator[Warm]:
    """A warmed process, ended with everything it started; to `practise` costs some seconds and saves half of each run."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENALLOC")}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.torture.warm", *(["practise"] if practise else [])], cwd=ROOT, env=environment | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield Warm(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)
