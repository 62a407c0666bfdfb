"""When each record of a synthetic process was formed and published: in time, late, or unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from typing import Any

from cli.synthetic.process import Lot, Process
from cli.synthetic.world import Draw
from schemas.calendar import WorkingDays
from schemas.catalog import Disclosure
from schemas.deadline import Due, due

_FIRST_DAY = date(2021, 1, 4).toordinal()
_DAYS = 1_700
_UNKNOWN = 0.1


class Timing:
    """The deadline of a type: which properties its main rule runs from or up to, and when it ends.

    The main rule is the first that counts days whatever the record's kind; fixed dates have no event.
    """

    def __init__(self, disclosure: Disclosure, calendar: WorkingDays) -> None:
        main = next((rule for rule in disclosure.deadlines if rule.days is not None and not rule.when), None)
        self.paths = main.paths[:1] if main else ()
        self.before = main is not None and (main.days or 0) < 0
        self.stage = disclosure.stage
        self._disclosure = disclosure
        self._calendar = calendar

    def due_on(self, event: date) -> date | None:
        """The last day in time for an event of that day; None where no rule can tell."""
        deadline = due(self._record(event.isoformat()), self._disclosure, self._calendar)
        return deadline.on if isinstance(deadline, Due) else None

    def _record(self, day: str) -> Mapping[str, Any]:
        """A record that says nothing but the events."""
        record: dict[str, Any] = {}
        for path in self.paths:
            *steps, last = path.split(".")
            node = record
            for step in steps:
                node = node.setdefault(step, {})
            node[last] = day
        return record


@dataclass(slots=True)
class Step:
    """One record to be made: its type, its lots, the event its deadline runs from, when it was published."""

    timing: Timing
    name: str
    lots: list[Lot]
    event: date = date.min
    published: date = date.min
    known: bool = True


def schedule(process: Process, steps: list[Step], calendar: WorkingDays, draw: Draw) -> None:
    """Give every step its dates, one stage after the other, and the process the dates that its records name."""
    dates = process.dates
    cursor = date.fromordinal(_FIRST_DAY + int(_DAYS * draw()))
    for step in steps:
        stage = step.timing.stage
        if stage == "implementation":
            cursor += timedelta(days=60 + int(120 * draw()))
        event = dates["notice"] + timedelta(days=5) if stage == "correction" and "notice" in dates else cursor
        if step.timing.before:
            event += timedelta(days=30 + int(15 * draw()))
        _publish(step, _working(event, calendar), process.publisher.late, calendar, draw)
        if stage == "correction":
            continue
        cursor = _next(dates, stage, step, draw)
    _complete(dates, steps, draw)


def _publish(step: Step, event: date, late: float, calendar: WorkingDays, draw: Draw) -> None:
    """Publish by the deadline or after it; where the event is not known nobody can tell."""
    step.event = event
    step.known = draw() >= _UNKNOWN
    deadline = step.timing.due_on(event)
    wait = int(-3 * log(1 - draw()))
    if deadline is None:
        step.published = event + timedelta(days=wait)
    elif step.known and draw() < late:
        step.published = deadline + timedelta(days=1 + 4 * wait)
        if deadline < event:  # counted back: late, but still before the event
            step.published = min(step.published, event - timedelta(days=1))
    elif deadline < event:
        step.published = deadline - timedelta(days=wait)
    else:
        ready = _working(event + timedelta(days=wait), calendar)
        step.published = min(ready, deadline)


def _next(dates: dict[str, date], stage: str, step: Step, draw: Draw) -> date:
    """Note the dates that a stage settles; gives the day when the next stage may begin."""
    published = step.published
    wait = int(10 * draw())
    if stage == "notice":
        dates["notice"] = published
        dates["deadline"] = step.event if step.timing.before else published + timedelta(days=21 + wait)
        dates["deadline"] = max(dates["deadline"], published + timedelta(days=3))
        return dates["deadline"] + timedelta(days=3 + wait // 3)
    if stage == "candidates":
        dates["evaluation"] = step.event
        return published + timedelta(days=4 + wait // 2)
    if stage == "result":
        dates["award"] = step.event
    elif stage == "contract":
        dates["contract"] = step.event
    elif stage == "implementation":
        dates["completion"] = step.event
    return max(published, step.event) + timedelta(days=2 + wait)


def _complete(dates: dict[str, date], steps: list[Step], draw: Draw) -> None:
    """The dates that no record of this process settles, in order with those that are settled."""
    first = min(steps[0].event, steps[0].published)
    if "notice" not in dates:
        dates["notice"] = first - timedelta(days=40)
        dates["deadline"] = first - timedelta(days=8)
    deadline = dates["deadline"]
    signed = dates.get("contract")
    before_signing = (
        signed - timedelta(days=2) if signed else dates.get("evaluation", deadline) + timedelta(days=5)
    )
    award = dates.setdefault("award", before_signing)
    dates.setdefault("evaluation", deadline + (award - deadline) // 2)
    if "contract" not in dates:
        told = next((step.published for step in steps if step.timing.stage == "result"), award)
        dates["contract"] = award + max((told - award) // 2, timedelta(0))
    dates["start"] = dates["contract"] + timedelta(days=10 + int(60 * draw()))
    latest = dates["start"] + timedelta(days=60 + int(500 * draw()))
    dates["completion"] = max(dates.get("completion", latest), dates["start"] + timedelta(days=20))


def _working(day: date, calendar: WorkingDays) -> date:
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return day
