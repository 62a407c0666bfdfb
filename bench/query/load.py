"""Load: wrk with 16 connections that stay open, each request with the next of many bodies."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

CONNECTIONS = 16
# A measurement of fewer answers is made again, so many seconds long.
_FEWEST, _LONGEST = 4 * CONNECTIONS, 15
_SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local bodies, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = wrk.format(nil, nil, nil, line) end
end
function request()
  at = at % #bodies + 1
  return bodies[at]
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second, milliseconds, and for how many microseconds a request makes the server compute."""

    rate: float
    p50: float
    p99: float
    computing: float = 0.0

    @property
    def microseconds(self) -> float:
        """The time of one request when nothing else is done meanwhile."""
        return 1e6 / self.rate


def program() -> str:
    """Where wrk is; raises SystemExit where it is not."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("The load comes from wrk: apt-get install wrk")
    return found


def measure(
    endpoint: str,
    query: str,
    variables: Sequence[dict[str, Any]],
    seconds: float,
    computed: Callable[[], float] = lambda: 0.0,
) -> Measured:
    """How fast an operation is answered, after a fifth of that time that does not count.

    `computed` gives the seconds that the server has computed so far.
    """
    with tempfile.TemporaryDirectory() as folder:
        bodies, script = Path(folder, "bodies"), Path(folder, "post.lua")
        bodies.write_bytes(b"\n".join(orjson.dumps({"query": query, "variables": one}) for one in variables))
        script.write_text(_SCRIPT)
        _run(endpoint, script, bodies, seconds / 5)
        before = computed()
        found = _run(endpoint, script, bodies, seconds)
        if found["requests"] < _FEWEST:  # of a slow peer none may have been answered
            before = computed()
            found = _run(endpoint, script, bodies, _LONGEST)
        spent = computed() - before
    if found["errors"] or not found["requests"]:
        raise RuntimeError(f"{found} of {query[:60]}")
    requests = found["requests"]
    return Measured(
        requests / found["microseconds"] * 1e6, found["p50"] / 1e3, found["p99"] / 1e3, spent / requests * 1e6
    )


def _run(endpoint: str, script: Path, bodies: Path, seconds: float) -> dict[str, int]:
    options = [
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{max(1, round(seconds))}s",
        "--timeout",
        "30s",
        "-s",
        str(script),
    ]
    done = subprocess.run(
        [program(), *options, endpoint, "--", str(bodies)], capture_output=True, text=True, check=True
    )
    found: dict[str, int] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
