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


def ladder(first: str, near: str, descending: bool) -> tuple[str, str]:
    """SELECT of blocks (size, place, number) from the one with the recency `first` on, and the order to read them in.

    The first is so large that it or the next has the recency `near`. Then comes what is left of the next larger block
    that it lies in, in blocks of its size, and so on: a frequent word is found in small ones, a rare one in few.
    """
    sizes = f"generate_series({LEAST}, {MOST}, {_STEP})"
    least = f"SELECT min(s) FROM {sizes} s WHERE abs((f.first >> s) - (f.near >> s)) <= 1"
    edge = f"SELECT f.first, coalesce(({least}), {MOST}) AS least FROM (SELECT {first} AS first, {near} AS near) f"
    family = f"(e.first >> s >> {_STEP} << {_STEP})"
    if descending:
        begin, end, step = "-", f"CASE s WHEN {MOST} THEN 0 ELSE {family} END", -1
    else:
        most = (1 << _BITS - MOST) - 1
        begin, end, step = "+", f"CASE s WHEN {MOST} THEN {most} ELSE {family} + {(1 << _STEP) - 1} END", 1
    begin = f"(e.first >> s) {begin} (s > e.least)::integer"
    return (
        f"SELECT s AS size, n AS place, (n | (1::bigint << {_BITS} - s))::integer AS number FROM ({edge}) e,"
        f" generate_series(e.least, {MOST}, {_STEP}) s, generate_series({begin}, {end}, {step}) n"
    ), f"size, place{' DESC' if descending else ''}"
