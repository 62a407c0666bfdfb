"""Working days against known dates and against an independent calendar."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.calendar import WorkingDays
from schemas.errors import SchemaError

FILE = Path(__file__).resolve().parents[2] / "schemas" / "holidays.csv"
CALENDAR = WorkingDays.load(FILE)
PUBLISHED = st.dates(date(2004, 1, 1), date(2026, 12, 31))
COUNTS = st.integers(1, 400)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2024-01-26", 20, "2024-02-28"),  # the Spring Festival and its two make-up days lie between
        ("2024-09-27", 2, "2024-09-30"),  # Sunday the 29th was worked
        ("2024-09-30", 1, "2024-10-08"),
        ("2024-03-01", 0, "2024-03-01"),
        ("2024-03-02", 0, "2024-03-02"),  # none to count: the day itself, though a Saturday
        ("2024-02-28", -20, "2024-01-26"),
        ("2024-10-08", -1, "2024-09-30"),
    ],
)
def test_counting_skips_holidays_and_works_on_makeup_days(start: str, days: int, end: str) -> None:
    assert CALENDAR.add(date.fromisoformat(start), days) == (date.fromisoformat(end), False)


@pytest.mark.parametrize(
    ("start", "days", "provisional"),
    [
        ("2026-12-30", 1, False),
        ("2026-12-31", 1, True),  # lands in a year without a calendar
        ("2026-12-31", 0, False),
        ("2030-05-06", 3, True),
        ("2027-01-04", -1, True),  # passes the first days of 2027
        ("2004-01-02", -1, True),
    ],
)
def test_a_day_counted_through_an_unpublished_year_is_provisional(
    start: str, days: int, provisional: bool
) -> None:
    assert CALENDAR.add(date.fromisoformat(start), days)[1] is provisional


def test_an_unpublished_year_counts_monday_to_friday() -> None:
    assert CALENDAR.add(date(2030, 5, 3), 1) == (date(2030, 5, 6), True)
    assert not CALENDAR.is_working(date(2030, 5, 4))


def test_every_day_agrees_with_an_independent_calendar() -> None:
    first, last = date(2004, 1, 1), date(2026, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    wrong = [day for day in days if CALENDAR.is_working(day) != chinese_calendar.is_workday(day)]
    assert not wrong
    assert CALENDAR.published == set(range(2004, 2027))


@given(PUBLISHED, PUBLISHED)
def test_between_counts_the_working_days_after_a_up_to_b(a: date, b: date) -> None:
    if b < a:
        assert CALENDAR.between(a, b) == -CALENDAR.between(b, a)
    elif (b - a).days < 1000:
        days = (a + timedelta(days=n) for n in range(1, (b - a).days + 1))
        assert CALENDAR.between(a, b) == sum(map(CALENDAR.is_working, days))


@given(PUBLISHED, COUNTS)
def test_between_undoes_add(start: date, days: int) -> None:
    end, _ = CALENDAR.add(start, days)
    assert CALENDAR.is_working(end)
    assert CALENDAR.between(start, end) == days


@pytest.mark.parametrize(
    ("a", "b", "count"), [("2024-02-09", "2024-02-19", 2), ("2024-02-19", "2024-02-09", -2)]
)
def test_days_late_have_a_sign(a: str, b: str, count: int) -> None:
    assert CALENDAR.between(date.fromisoformat(a), date.fromisoformat(b)) == count


def test_an_unknown_kind_of_day_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "holidays.csv"
    path.write_text("date,kind\n2024-01-01,feast\n", encoding="utf-8")
    with pytest.raises(SchemaError, match=r"S123.*feast"):
        WorkingDays.load(path)
