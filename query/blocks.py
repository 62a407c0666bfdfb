"""Blocks of recency: aligned ranges, four of a size in one of the next, each with a number of its own.

PostgreSQL's index of terms has them beside the terms (the migration 0008 makes it), so that the rows of a word can be
had block by block, the newest first. They depend on recency alone: no row ever changes its blocks.
"""

_BITS, _STEP = 63, 2  # of a recency; from one size to the next
# The least is the 512th part of a day, so that many records of one day, or without one, are parted as well.
LEAST, MOST = 37, 59


def numbers(recency: str) -> str:
    """The blocks that a recency is in, as an array of PostgreSQL; the index has just this expression.

    The bit above all others tells the sizes apart.
    """
    found = (
        f"({recency} >> {size})::integer | {1 << _BITS - size}" for size in range(LEAST, MOST + 1, _STEP)
    )
    return f"ARRAY[{', '.join(found)}]"


def ladder(edges: str, descending: bool) -> tuple[str, str]:
    """SELECT of blocks (size, step, number) between two recencies, and the order to read them in.

    `edges` is a SELECT of the recencies `first`, `near` and `last`. The first block has `first`, and is so large that it
    or the next has `near`. Then comes what is left of the next larger block
    that it lies in, in blocks of its size, and so on: a frequent word is found in small ones, a rare one in few. The
    database takes what stands in lists for as many rows as there are.
    """
    sizes, most = list(range(LEAST, MOST + 1, _STEP)), 1 << _BITS - MOST
    listed = f"unnest('{{{', '.join(map(str, sizes))}}}'::integer[]) s"
    least = f"SELECT min(s) FROM {listed} WHERE abs((f.first >> s) - (f.near >> s)) <= 1"
    # Subqueries of their own: what they look up is looked up once.
    edge = f"SELECT f.first, f.last, coalesce(({least}), {MOST}) AS least FROM ({edges} OFFSET 0) f OFFSET 0"
    family = f"(e.first >> s >> {_STEP} << {_STEP})"
    place = f"((e.first >> s) {'-' if descending else '+'} (k + (s > e.least)::integer))"
    if descending:
        inside = f"{place} >= greatest(e.last >> s, CASE WHEN s < {MOST} THEN {family} END)"
    else:
        inside = f"{place} <= least(e.last >> s, CASE WHEN s < {MOST} THEN {family} + {(1 << _STEP) - 1} END)"
    steps = f"unnest('{{{', '.join(map(str, range(most)))}}}'::integer[]) k"
    return (
        f"SELECT s AS size, k AS step, ({place} | (1::bigint << {_BITS} - s))::integer AS number FROM ({edge}) e,"
        f" {listed}, {steps} WHERE s >= e.least AND {inside}"
    ), "size, step"
