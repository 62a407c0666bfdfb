"""How long processes have computed: a figure that other work on the machine hardly changes."""

import os
from collections.abc import Callable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def of_group(group: int) -> Callable[[], float]:
    """Seconds of all processes of a group so far, those that ended and were waited for included."""
    return lambda: sum(_seconds(path) for path in _processes() if _fields(path)[2:3] == [str(group)])


def of_folder(folder: Path) -> Callable[[], float]:
    """Seconds of the PostgreSQL server over a folder and of its children so far."""

    def computed() -> float:
        postmaster = (folder / "postmaster.pid").read_text().split("\n", 1)[0]
        return sum(
            _seconds(path)
            for path in _processes()
            if path.name == postmaster or _fields(path)[1:2] == [postmaster]
        )

    return computed


def _processes() -> list[Path]:
    return [path for path in Path("/proc").iterdir() if path.name.isdigit()]


def _fields(process: Path) -> list[str]:
    """The fields of a process's `stat` after its name: state, parent, group, …; none where it is gone."""
    try:
        return (process / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def _seconds(process: Path) -> float:
    return sum(map(int, _fields(process)[11:15])) / _TICK
