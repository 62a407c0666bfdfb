"""The processes that check uploaded files (`api.checking`): started warm, so many at a time, killed when late."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO, Any

import anyio
import anyio.to_thread
import orjson

from api.checking import Job
from api.refusal import RequestError
from formats.confinement import ENVIRONMENT

AT_ONCE = 2
WAITING = 8
# Seconds that one file may take, from the moment a process is free for it.
WALL = 180.0


class Checkers:
    """Checks files in processes of their own, `at_once` at a time; the others wait, `WAITING` at most.

    Of the environment a process sees only the variables of these names. After `wall` seconds it is killed.
    """

    def __init__(
        self,
        folder: Path,
        at_once: int = AT_ONCE,
        environment: Collection[str] = ENVIRONMENT,
        wall: float = WALL,
    ) -> None:
        self._folder = folder
        self._environment, self._wall = environment, wall
        self._free: list[subprocess.Popen[bytes]] = []
        self._working: set[subprocess.Popen[bytes]] = set()
        self._turns = anyio.CapacityLimiter(at_once)
        # Reading from a process waits in a thread; the queries' threads are not taken for that.
        self._threads = anyio.CapacityLimiter(at_once)

    def warm(self) -> None:
        """Start a process before anybody asks."""
        self._free.append(self._start())

    def close(self) -> None:
        """End all processes: those that wait for work, and those that work."""
        while self._free:
            _end(self._free.pop())
        for process in self._working:
            _kill(process)

    async def events(self, job: Job) -> AsyncGenerator[dict[str, Any], None]:
        """What is found on the way, and last the report or the error.

        Raises RequestError A044 where too many are waiting. Leaving early ends the checking.
        """
        if self._turns.statistics().tasks_waiting >= WAITING:
            raise RequestError(
                503, "A044", "正在核对的文件太多", "Too many files are being checked",
                "请过一会儿再试。", "Try again in a moment.",
            )  # fmt: skip
        async with self._turns:
            process = self._taken()
            self._working.add(process)
            timer = threading.Timer(self._wall, partial(_kill, process))
            timer.daemon = True
            timer.start()
            done = False
            try:
                async for event in self._ask(process, job):
                    done = "report" in event or "error" in event
                    yield event
                if not done:
                    raise _gave_up(process)
            finally:
                timer.cancel()
                self._working.discard(process)
                if done and process.poll() is None:
                    self._free.append(process)
                else:
                    _end(process)

    async def _ask(self, process: subprocess.Popen[bytes], job: Job) -> AsyncGenerator[dict[str, Any], None]:
        assert process.stdin is not None
        assert process.stdout is not None
        said = orjson.dumps(asdict(job)) + b"\n"
        try:
            # Longer than a pipe takes at once, it waits until the process reads, which a cold one does late.
            await anyio.to_thread.run_sync(
                _say, process.stdin, said, abandon_on_cancel=True, limiter=self._threads
            )
        except BrokenPipeError:
            return
        while line := await anyio.to_thread.run_sync(
            process.stdout.readline, abandon_on_cancel=True, limiter=self._threads
        ):
            event = orjson.loads(line)
            if "ready" in event:
                continue
            yield event
            if "report" in event or "error" in event:
                return

    def _taken(self) -> subprocess.Popen[bytes]:
        """A process that waits for work, else a new one; one that ended meanwhile waits for nothing."""
        while self._free:
            process = self._free.pop()
            if process.poll() is None:
                return process
            _end(process)
        return self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in self._environment if name in os.environ}
        environment["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
        environment["PYTHONUTF8"] = "1"
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-P", "-B", "-m", "api.checking", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )


def _say(stream: IO[bytes], said: bytes) -> None:
    stream.write(said)
    stream.flush()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it started; until it is waited for, its number is nobody else's."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    _kill(process)
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        # What was not written when the process ended goes nowhere.
        with suppress(BrokenPipeError):
            stream.close()
    process.wait()


def _gave_up(process: subprocess.Popen[bytes]) -> RequestError:
    """The error for a process that ended without saying so: killed when late, or out of its own limits."""
    _kill(process)
    process.wait()
    return RequestError(
        503, "A046", "核对没有完成:用的时间或者内存超过了限制",
        "The check did not finish: it took more time or memory than is allowed",
        "请把文件分成几份;仍然不行,请用 openalloc check 在自己的电脑上核对。",
        "Split the file; if that does not help, check it on your own machine with `openalloc check`.",
    )  # fmt: skip
