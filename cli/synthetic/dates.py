"""Dates, times and periods of a synthetic record: which of the process's dates a property's name means."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from cli.synthetic.scene import Scene
from schemas.field import Field

Make = Callable[[Scene], Any]
_TIMES = ("T09:00:00+08:00", "T09:30:00+08:00", "T10:00:00+08:00", "T14:30:00+08:00", "T15:00:00+08:00")
_OPENS, _CLOSES = "T09:00:00+08:00", "T17:00:00+08:00"

# Words of the name and title; from which date, days from and to; whether it must have passed on publication.
_DATES: tuple[tuple[str, str, int, int, bool], ...] = (
    (r"^formed", "event", 0, 0, False),
    (r"actual.*start|实际开工", "start", 0, 0, True),
    (r"actual|acceptance|实际|验收", "completion", 0, 0, True),
    (r"expiry|until|valid|有效期|截止日$|届满", "award", 500, 1_500, False),
    (r"handover|交地|交付", "contract", 15, 60, False),
    (r"due|支付|付款", "contract", 30, 60, False),
    (r"start|commence|开工|开始", "start", 0, 0, False),
    (r"completion|finish|竣工|完工|完成", "completion", 0, 0, False),
    (r"contract|sign|合同|签订", "contract", 0, 0, True),
    (r"award|deal|transaction|成交|中标|竞得", "award", 0, 0, True),
    (r"evaluation|评标|评审", "evaluation", 0, 0, True),
    (r"confirm|确认", "deadline", -1, -1, False),
    (r"deposit|registration|保证金|报名", "deadline", -2, -2, False),
    (r"deadline|open|auction|截止|开标|拍卖|竞价", "deadline", 0, 0, False),
    (r"approv|issue|decision|批准|核准|批复|发证|决定", "event", -30, 0, False),
    (r"publi|notice|公告|公示|公开|发布", "published", 0, 0, False),
    (r"", "event", -10, 0, False),
)
_MOVING = ("event", "published")  # these differ from record to record

# Words; from which date, days from it, days long.
_PERIODS: tuple[tuple[str, str, int, int], ...] = (
    (r"document|获取|文件", "notice", 0, 6),
    (r"publicity|公示", "published", 0, 5),
    (r"listing|挂牌", "deadline", -11, 11),
    (r"registration|报名", "notice", 0, 14),
    (r"notice|公告", "published", 0, 20),
    (r"warranty|质保|保修", "completion", 0, 730),
    (r"contract|service|performance|construction|合同|服务|履约|建设", "contract", 0, 365),
    (r"", "event", 0, 15),
)


def presumes_contract(field: Field) -> bool:
    """Whether a date is only there when something was awarded."""
    return _meaning(field)[0] in ("contract", "start", "completion")


def date_maker(field: Field, *, is_event: bool, always: bool) -> Make:
    """How dates (kind date or moment) of a property are made.

    The event of the type's deadline is left out where it is to be unknown. What had not happened when the record
    was published is left out too, unless the property must be there.
    """
    times = field.kind == "moment"
    if is_event:
        must = field.required
        return lambda scene: _spell(scene.event, scene, "event", times=times) if scene.known or must else None
    anchor, low, high, passed = _meaning(field)
    key = f"date|{field.name}|{anchor}"

    def make(scene: Scene) -> Any:
        known = scene.memo.get(key)
        if known is None:
            day = _anchor(scene, anchor)
            shift = low + int((high - low + 1) * scene.draw()) if high > low else low
            if scene.count > 1:  # one after the other in a list
                shift += 90 * scene.ordinal
            known = day + timedelta(days=shift) if shift else day
            known = known, _spell(known, scene, anchor, times=times)
            if anchor not in _MOVING:
                scene.memo[key] = known
        if passed and known[0] > scene.published:
            return scene.event.isoformat() if always else None
        return known[1]

    return make


def period_maker(field: Field, events: tuple[str, ...]) -> Make:
    """How periods of a property are made; `events` are the paths from which the type's deadline runs."""
    named = f"{field.name} {field.title}"
    anchor, first, days = next(row[1:] for row in _PERIODS if re.search(row[0], named, re.IGNORECASE))
    starts, ends = f"{field.dotted}.startAt" in events, f"{field.dotted}.endAt" in events

    def make(scene: Scene) -> Any:
        start = _anchor(scene, anchor) + timedelta(days=first)
        if starts or ends:
            start = scene.event - timedelta(days=days if ends else 0)
        end = start + timedelta(days=days)
        if scene.draw() < 0.5:
            made = {"startAt": start.isoformat(), "endAt": end.isoformat()}
        else:
            made = {"startAt": start.isoformat() + _OPENS, "endAt": end.isoformat() + _CLOSES}
        if not scene.known:
            if starts:
                del made["startAt"]
            if ends:
                del made["endAt"]
        if scene.draw() < 0.2:
            made["periodDetails"] = f"自{start.isoformat()}起{days}日"
        return made or None

    return make


def _meaning(field: Field) -> tuple[str, int, int, bool]:
    named = f"{field.name} {field.title}"
    return next(row[1:] for row in _DATES if re.search(row[0], named, re.IGNORECASE))


def _anchor(scene: Scene, anchor: str) -> date:
    if anchor == "event":  # an event that a deadline is counted back from still lies ahead
        return min(scene.event, scene.published)
    if anchor == "published":
        return scene.published
    return scene.process.dates[anchor]


def _spell(day: date, scene: Scene, anchor: str, *, times: bool) -> str:
    """The day, with the hour at which the process has everything that falls on that date."""
    if not times:
        return day.isoformat()
    memo, key = scene.process.memo, ("time", anchor)
    time = memo.get(key)
    if time is None:
        time = memo[key] = _TIMES[int(len(_TIMES) * scene.draw())]
    return f"{day.isoformat()}{time}"
