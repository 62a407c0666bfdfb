"""What stands behind `/submissions`: the engine that writes, the processes that load, whose key it is, how often."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from anyio.to_thread import run_sync
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.checkers import Checkers
from api.checking import Job
from api.keeping import Keeping
from api.rate import Meter, Rate, RateError
from api.refusal import RequestError
from formats.confinement import ENVIRONMENT
from loaders.bounds import Bounds
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store import erasing, keys, submissions
from store.engine import writing
from store.keys import Key
from store.submissions import Submission

# How many submissions are received or loaded at a time in this process, and how many of one key.
MOST = 8
MOST_OF_A_KEY = 3
# How many forms may arrive at a time.
ARRIVING = 16
# Seconds that one may take to be stored, from the moment a process is free for it.
WALL = 900.0
# Errors of the process that loads which are not about the file, and are told with 503.
_NOT_NOW = ("A044", "A045", "A046", "K029", "D003")


class Submissions:
    """Takes records from departments' systems. It has the only engine of the server that writes."""

    def __init__(
        self,
        catalog: Catalog,
        engine: Engine,
        rate: Rate | None = None,
        clock: Callable[[], datetime] = utc_now,
        folder: Path | None = None,
    ) -> None:
        """`folder` is where bodies wait that are answered before they are loaded; without it they die with the server."""
        self.keeping = Keeping(folder) if folder else None
        self.catalog, self.engine, self.now = catalog, engine, clock
        # What a client of the database may need to find it and its password.
        names = (*ENVIRONMENT, "HOME", *(name for name in os.environ if name.startswith("PG")))
        self.checkers = Checkers(catalog.folder, environment=names, wall=WALL)
        self._meter = Meter(rate) if rate else None
        self._at_work: Counter[str] = Counter()
        self._arriving = 0
        self._purging = Lock()

    def close(self) -> None:
        """End the processes and the connections."""
        self.checkers.close()
        self.engine.dispose()

    def key(self, authorization: str | None) -> Key:
        """The valid key of an Authorization header; raises RequestError K001 to K004."""
        if not authorization:
            raise _unknown(
                "K001", "没有密钥", "There is no key",
                "请求要带 Authorization: Bearer 密钥;密钥由平台管理员签发(openalloc keys create)。",
                "Send Authorization: Bearer KEY; keys are issued with `openalloc keys create`.",
            )  # fmt: skip
        scheme, _, secret = authorization.partition(" ")
        found = None
        if scheme.lower() == "bearer":
            with self.engine.connect() as connection:
                found = keys.find(connection, secret.strip())
        if found is None:
            raise _unknown(
                "K002", "密钥不对", "The key is wrong",
                "核对密钥是否完整;写法是 Authorization: Bearer oak_…。", "Check that the key is whole; it is sent as Authorization: Bearer oak_….",
            )  # fmt: skip
        self._require_valid(found)
        return found

    def meter(self, client: str) -> None:
        """Count a request; raises RequestError K008 where there were too many."""
        if self._meter is None:
            return
        try:
            self._meter.take(client, 1)
        except RateError as error:
            raise TooManyError(dict(error.headers)["Retry-After"]) from None

    @contextmanager
    def door(self) -> Iterator[None]:
        """A place among the forms that arrive, whose keys nobody knows yet; raises RequestError K020 as `place` does."""
        if self._arriving >= ARRIVING:
            raise _busy()
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1

    @contextmanager
    def place(self, key: Key) -> Iterator[None]:
        """A place among those at work; raises RequestError K020 where there is none."""
        if self._at_work.total() >= MOST or self._at_work[key.id] >= MOST_OF_A_KEY:
            raise _busy()
        self._at_work[key.id] += 1
        try:
            yield
        finally:
            self._at_work[key.id] -= 1

    def begin(self, key: Key, idempotency: str | None, asked: str, sha256: str, size: int) -> Submission:
        """Note what was received, or find what is known of it; raises RequestError K009 where that was another body."""
        id = submissions.name(key.id, idempotency)
        with writing(self.engine) as connection:
            # A body may take minutes to arrive, and a key be revoked meanwhile.
            self._require_valid(keys.known(connection, key.id) or key)
            found = submissions.begin(connection, id, key.id, asked, sha256, size, self.now())
        if (found.sha256, found.asked) != (sha256, asked):
            raise RequestError(
                422, "K009", "这个 Idempotency-Key 已经用于别的内容", "This Idempotency-Key was used for something else",
                "新的内容请用新的 Idempotency-Key。", "Use a new Idempotency-Key for new content.",
            )  # fmt: skip
        return found

    def reject(self, key: Key, asked: str, code: str) -> None:
        """Note a request that was turned away."""
        with writing(self.engine) as connection:
            submissions.reject(connection, key.id, asked, code, self.now())

    def find(self, id: str) -> Submission | None:
        """The submission of that id."""
        with self.engine.connect() as connection:
            return submissions.find(connection, id)

    def break_off(self, id: str, code: str) -> None:
        """Note why a run did not come to its end."""
        with writing(self.engine) as connection:
            submissions.break_off(connection, id, code)

    def purge(self, id: str) -> None:
        """Take what was removed for privacy out of the database's files; the trail says W005 where that fails."""
        with self._purging:
            try:
                erasing.purge(self.engine)
            except (OpenallocError, SQLAlchemyError):
                with writing(self.engine) as connection:
                    submissions.note(connection, id, "W005")

    def _require_valid(self, key: Key) -> None:
        state = key.state(self.now())
        if state == "expired":
            raise _unknown(
                "K003", f"密钥 {key.id} 已过期", f"The key {key.id} has expired",
                "请向平台管理员申请新的密钥。", "Ask for a new key.",
            )  # fmt: skip
        if state == "revoked":
            raise _unknown(
                "K004", f"密钥 {key.id} 已作废", f"The key {key.id} is revoked",
                "请向平台管理员申请新的密钥。", "Ask for a new key.",
            )  # fmt: skip

    async def load(
        self, id: str, key: Key, path: Path, type: str | None, profile: str | None, *, again: bool = False
    ) -> None:
        """Load a file to its end, whoever waits for it; raises RequestError where that could not be done."""
        await self._run(key, path, type, profile, id=id, again=again)

    async def resume(self) -> None:
        """Load what a server that died has left behind; what cannot be loaded says so at its address."""
        for kept in self.keeping.left() if self.keeping else ():
            one = kept.waiting
            try:
                found = await run_sync(self.find, one.submission)
                if found is not None and found.outcome is None:
                    key = await run_sync(self._known, one.key)
                    self._require_valid(key)
                    await self.load(found.id, key, kept.path, one.type, one.profile, again=one.again)
            except OpenallocError as error:
                await run_sync(self.break_off, one.submission, error.code)
            except (SQLAlchemyError, OSError):
                kept.let_go()  # the next start tries again
                continue
            kept.drop()

    def _known(self, id: str) -> Key:
        with self.engine.connect() as connection:
            found = keys.known(connection, id)
        if found is None:  # the database is another one now
            raise RequestError(401, "K002", "密钥不对", "The key is wrong")
        return found

    async def preview(self, key: Key, path: Path, type: str | None, profile: str | None) -> dict[str, Any]:
        """What loading a file would do: its `report` and its `preview`; raises RequestError as `load` does."""
        return await self._run(key, path, type, profile, preview=True)

    async def _run(
        self, key: Key, path: Path, type: str | None, profile: str | None, **more: Any
    ) -> dict[str, Any]:
        url = self.engine.url.render_as_string(hide_password=False)
        told = {"database": url, "bounds": bounds_of(key).to_json(), **more}
        last: dict[str, Any] = {}
        async with aclosing(self.checkers.events(Job(str(path), type, None, profile, submission=told))) as events:  # fmt: skip
            async for event in events:
                last = event
        if "error" in last:
            said = last["error"]
            raise RequestError(
                503 if said["code"] in _NOT_NOW else 422,
                said["code"], said["message"], said["messageEn"], said["hint"], said["hintEn"],
            )  # fmt: skip
        return last


def bounds_of(key: Key) -> Bounds:
    """What a key may write."""
    return Bounds(key.publisher, key.publisher_name, key.region, key.types)


class TooManyError(RequestError):
    """The key was used more often than it may be."""

    def __init__(self, retry_after: str) -> None:
        super().__init__(
            429, "K008", f"提交超过限额,请 {retry_after} 秒后再试", f"More submissions than the quota, try again in {retry_after} s",
            "把多条记录放进一个文件提交。", "Submit many records in one file.",
        )  # fmt: skip
        self.retry_after = retry_after


def _busy() -> RequestError:
    return RequestError(
        503, "K020", "正在处理的提交太多", "Too many submissions are being processed",
        "请过一会儿再提交。", "Submit it again in a moment.",
    )  # fmt: skip


def _unknown(code: str, message: str, message_en: str, hint: str, hint_en: str) -> OpenallocError:
    return RequestError(401, code, message, message_en, hint, hint_en)
