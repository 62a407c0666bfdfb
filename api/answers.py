"""What keeps the answers that are cited: connections of its own, and how much it may keep.

The public reads everything else and writes nothing. Here it may write one thing, an answer of ours to a question of its
own, through an engine that nothing else uses (docs/decisions/0026-answers-that-are-cited.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import anyio
from anyio.to_thread import run_sync
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api import questions
from api.operation import Service
from api.questions import Made, Question
from api.rate import Meter, Rate
from api.refusal import RequestError
from publish.listing import Lister
from schemas.calendar import utc_now
from store import answers
from store.answers import Answer, Bounds, FullError, MovedError
from store.engine import writing

_TRIES = 3
_SHARE = 10  # a day's part of all space is one in so many


@dataclass
class Answers:
    """Keeps answers in one database, one at a time, each client so many in a while."""

    engine: Engine
    total: int
    meter: Meter | None = None
    now: Callable[[], datetime] = utc_now

    def __post_init__(self) -> None:
        self._turn = anyio.Semaphore(1)

    @classmethod
    def of(cls, engine: Engine, total: int, rate: Rate | None) -> "Answers":
        """What keeps so many bytes at most, for each client as often as the rate says."""
        return cls(engine, total, Meter(rate) if rate else None)

    @property
    def bounds(self) -> Bounds:
        """How many bytes may be kept."""
        return Bounds(self.total, max(self.total // _SHARE, 1))

    async def kept(
        self, service: Service, lister: Lister, client: str, question: Question
    ) -> tuple[Answer, bool]:
        """The answer to a question at the newest data version, and whether it is new; raises RequestError where it is not to be kept."""
        async with self._turn:
            for _ in range(_TRIES):
                version, _ = await questions.count_of(service, client, question)
                known = await run_sync(self.known, question, version)
                if known is not None and known.gone is None:
                    return known, False
                if self.meter is not None:
                    self.meter.take(client, 1)
                try:
                    made = await questions.answer_to(service, lister, client, question, version)
                    return await run_sync(self._keep, question, made), True
                except MovedError:
                    continue
        raise _moving()

    def known(self, question: Question, version: int) -> Answer | None:
        """What is kept of a question at a data version."""
        with self.engine.connect() as connection:
            return answers.find(connection, answers.key_of(question.text, version))

    def _keep(self, question: Question, made: Made) -> Answer:
        answer = Answer(
            answers.key_of(question.text, made.version), question.kind, question.text, made.version, made.records,
            self.now(),
        )  # fmt: skip
        try:
            with writing(self.engine, lasting=True) as connection:
                return answers.keep(connection, answer, made.bodies, made.subjects, self.bounds)
        except FullError as error:
            raise _full(of_day=error.of_day) from None
        except SQLAlchemyError:
            raise RequestError(
                503, "A265", "现在不能保存答复,数据库正忙或者不可写", "the answer cannot be kept now: the database is busy or cannot be written",
                "过一会儿再试。", "Try again in a while.",
            ) from None  # fmt: skip


def _full(*, of_day: bool) -> RequestError:
    if of_day:
        return RequestError(
            503, "A266", "今天保存的答复已达上限,这个答复没有保存", "as much as may be kept in a day was kept; this answer was not",
            "已有的引用不受影响。明天再来,或者缩小范围。", "Citations made before hold. Come back tomorrow, or narrow what is asked.",
        )  # fmt: skip
    return RequestError(
        503, "A267", "保存答复的空间已满,这个答复没有保存", "there is no more space for kept answers; this one was not kept",
        "已有的引用不受影响。运营方可以调大 OPENALLOC_ANSWERS。", "Citations made before hold. The operator may raise OPENALLOC_ANSWERS.",
    )  # fmt: skip


def _moving() -> RequestError:
    return RequestError(
        503, "A268", "数据正在更新,答复没有读完就变了", "the data is being updated and moved while the answer was read",
        "过一会儿再试。", "Try again in a while.",
    )  # fmt: skip
