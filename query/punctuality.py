"""A publisher's record: how much of what it published came in time, as `days_late` says."""

from query.plan import Given
from query.spelling import Spelling

# What makes a group, by the word that asks for it.
DIMENSIONS = ("type", "year")


def groups(spelling: Spelling, p: str, given: Given) -> str:
    """The counts of a publisher's disclosures, one row for each type, year or both; without a word one row for all."""
    t, dialect = spelling.alias("t"), spelling.dialect
    found = {"type": f"{t}.type", "year": dialect.year(f"{t}.published_date")}
    by = [found[word] for word in given.words]
    kinds = {"type": "CAST(NULL AS varchar(80))", "year": "CAST(NULL AS integer)"}
    columns = [f"{found[one] if one in given.words else kinds[one]} AS {one}" for one in DIMENSIONS]
    late = f"{t}.days_late > 0"
    counts = {
        "judged": f"{t}.days_late IS NOT NULL",
        "in_time": f"{t}.days_late <= 0",
        "late": late,
        "unknown": f"{t}.days_late IS NULL",
        "unpublished": f"{t}.published_date IS NULL",
        "without_deadline": f"{t}.published_date IS NOT NULL AND {t}.due_on IS NULL",
        "without_calendar": f"{t}.published_date IS NOT NULL AND {t}.due_on IS NOT NULL AND {t}.days_late IS NULL",
    }
    columns += [f"count(CASE WHEN {condition} THEN 1 END) AS {name}" for name, condition in counts.items()]
    days = f"CASE WHEN {late} THEN {t}.days_late END"
    columns.append(f"{dialect.ratio(f'sum({days})', f'nullif(count({days}), 0)')} AS mean_days")
    columns.append(f"max({days}) AS most_days")
    columns.append("count(*) AS disclosures")
    order = ", ".join(f"{one} ASC NULLS LAST" for one in by) or "1"
    columns.append(f"row_number() OVER (ORDER BY {order}) AS place")
    wanted = " AND ".join([f"{t}.publisher_id = {p}.id", *spelling.holds(given.where, "disclosure", t)])
    grouped = f" GROUP BY {', '.join(by)}" if by else ""
    return f"(SELECT {', '.join(columns)} FROM disclosure {t} WHERE {wanted}{grouped})"
