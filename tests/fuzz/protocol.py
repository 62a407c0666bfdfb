"""schemathesis against the server that is shipped, over the demonstration's records: no answer may be 500 or more.

`python -m tests.fuzz.protocol PATH_OF_st [CASES]`: about so many operations, each root field in turn.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from cli.demo import fill
from query.model import Model
from schemas.catalog import Catalog
from store.engine import connect
from tests.serving import serving


def main(program: str, cases: int = 2_000) -> int:
    """The exit code: schemathesis' own, 1 where it made fewer cases than were asked for."""
    catalog = Catalog.load()
    fields = len(Model.of(catalog).types["Query"].attributes)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'openalloc.db'}"
        engine = connect(url)
        fill(engine, catalog, 300, 1, lambda _: None)
        engine.dispose()
        with serving(url, folder) as address:
            done = subprocess.run(
                [program, "run", f"{address}/graphql", "--phases", "fuzzing", "--max-examples", str(-(-cases // fields) + 4),
                 "--checks", "not_a_server_error", "--continue-on-failure", "--no-color", "--suppress-health-check", "all",
                 "--wait-for-schema", "20"],
                cwd=folder, text=True, stdout=subprocess.PIPE, check=False,
            )  # fmt: skip
    print(done.stdout)
    made = sum(int(one) for one in re.findall(r"(\d+) generated", done.stdout))
    print(f"{made} cases")
    return done.returncode or int(made < cases)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], *map(int, sys.argv[2:3])))
