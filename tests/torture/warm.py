"""A process that has everything loaded and forks: each child is `openalloc …` in a group of its own, to be killed.

What a fork leaves out of a run is the interpreter's start, the imports and the reading of the catalog, in which nothing
is written; the command, its parsing child, its connections and its files are those of any other. It reads lists of
`Run` as JSON, one a line, and answers each with the list of their `Ended`. Linux alone.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Run:
    """One command: its arguments, where it runs, when it is killed, and what it may not have.

    `seconds` after its start all of its group is killed; or as it sends its statement number `statement` (counted from
    1); or `delay` seconds after it begins its commit number `commit`. `batch` records are a transaction; so large may a
    file become; there stand temporary files. Without `apart` the process that is started writes itself: only its own
    statements and commits are counted.
    """

    arguments: tuple[str, ...]
    folder: str
    name: str
    batch: int | None = None
    seconds: float | None = None
    statement: int | None = None
    commit: int | None = None
    delay: float = 0.0
    file_size: int | None = None
    temporary: str | None = None
    apart: bool = True
    large: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit status (negative: the signal), how long it took, what it printed, what it sent."""

    status: int
    elapsed: float
    out: str
    err: str
    statements: int
    commits: int


def serve(practise: bool) -> None:
    """Answer one line after the other, until there is none."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    main = _warm()
    if practise:
        _practise(main)
    for line in sys.stdin:
        runs = [Run(**{**one, "arguments": tuple(one["arguments"])}) for one in json.loads(line)]
        ended = _run_all(runs, main)
        sys.stdout.write(json.dumps([asdict(one) for one in ended]) + "\n")
        sys.stdout.flush()


def _warm() -> Callable[[], None]:
    """Import what a load imports, and read the catalog once and for all."""
    import psycopg  # noqa: F401

    import loaders.load  # noqa: F401
    import store.migrate  # noqa: F401
    from cli.main import main
    from schemas.catalog import Catalog

    catalog = Catalog.load()
    Catalog.load = staticmethod(lambda *_: catalog)  # type: ignore[method-assign,assignment]
    return main


def _practise(main: Callable[[], None]) -> None:
    """Load a little, so that all is made that is made once: worth it for many runs."""
    from schemas.catalog import Catalog
    from tests.torture.files import make

    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w", encoding="utf-8") as nowhere:
        database = f"sqlite:///{folder}/warm.db"
        files = make(Path(folder, "files"), Catalog.load(), 60, 8)
        for arguments in (("init", "--database", database), files.arguments("before", database)):
            sys.argv = ["openalloc", *arguments]
            with contextlib.redirect_stdout(nowhere), contextlib.suppress(SystemExit):
                main()


def _run_all(runs: list[Run], main: Callable[[], None]) -> list[Ended]:
    began = time.monotonic()
    pids = [_start(run, main) for run in runs]
    waiting = {os.pidfd_open(pid): at for at, pid in enumerate(pids)}
    statuses: dict[int, tuple[int, float]] = {}
    killing = {at: began + run.seconds for at, run in enumerate(runs) if run.seconds is not None}
    while waiting:
        wait = max(min(killing.values()) - time.monotonic(), 0) if killing else None
        ready, _, _ = select.select(list(waiting), [], [], wait)
        for at in [at for at, moment in killing.items() if moment <= time.monotonic()]:
            del killing[at]
            if at not in statuses:
                _kill(pids[at])
        for one in ready:
            at = waiting.pop(one)
            os.close(one)
            _, status = os.waitpid(pids[at], 0)
            statuses[at] = os.waitstatus_to_exitcode(status), time.monotonic() - began
            killing.pop(at, None)
            _kill(pids[at])  # its parsing child, where it is still there
    _reap()
    return [_ended(run, *statuses[at]) for at, run in enumerate(runs)]


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _reap() -> None:
    """Wait for the children of those that were killed: they are ours now."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _ended(run: Run, status: int, elapsed: float) -> Ended:
    folder = Path(run.folder)
    texts = [(folder / f"{run.name}.{kind}").read_text("utf-8", "replace") for kind in ("out", "err")]
    counted = folder / f"{run.name}.counted"
    statements, commits = json.loads(counted.read_text()) if counted.exists() else (0, 0)
    return Ended(status, elapsed, *texts, statements, commits)


def _start(run: Run, main: Callable[[], None]) -> int:
    """Fork a child that runs the command; gives its id, which is also its group's."""
    folder = Path(run.folder)
    (folder / f"{run.name}.counted").unlink(missing_ok=True)
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    status = 70
    try:
        status = _be(run, folder, main)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _be(run: Run, folder: Path, main: Callable[[], None]) -> int:
    """The child: the command as a shell would start it."""
    for number, kind in ((1, "out"), (2, "err")):
        made = os.open(folder / f"{run.name}.{kind}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(made, number)
        os.close(made)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    sys.argv = ["openalloc", *run.arguments]
    counts = _prepare(run)
    status = 0
    try:
        main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    counting = folder / f"{run.name}.counting"  # a kill may come in between
    counting.write_text(json.dumps(counts))
    counting.replace(counting.with_suffix(".counted"))
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            status = 120
    return status


def _prepare(run: Run) -> list[int]:
    """Set what the run asks for; gives the counts of its statements and commits, which go on."""
    from sqlalchemy import Engine, event

    from loaders import load as loading

    load = loading.load

    def as_asked(*arguments: Any, **named: Any) -> Any:
        apart = named.get("apart") if run.apart else None
        if apart is not None and run.large:
            apart = replace(apart, large=0)
        return load(*arguments, **named | {"batch": run.batch, "apart": apart})

    loading.load = as_asked
    if run.temporary is not None:
        tempfile.tempdir = os.environ["SQLITE_TMPDIR"] = run.temporary
    counts = [0, 0]

    def sent(*_: Any) -> None:
        counts[0] += 1
        if counts[0] == run.statement:
            _kill(0)

    def committing(*_: Any) -> None:
        counts[1] += 1
        if counts[1] == run.commit:
            if not run.delay:
                _kill(0)
            threading.Timer(run.delay, _kill, (0,)).start()

    event.listen(Engine, "before_cursor_execute", sent)
    event.listen(Engine, "commit", committing)
    if run.file_size is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (run.file_size, hard))
    return counts


if __name__ == "__main__":
    serve("practise" in sys.argv)
