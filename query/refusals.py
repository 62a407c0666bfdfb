"""What a statement itself finds out it must not answer: codes it fails with, as errors."""

from query.errors import QueryError
from query.statistics import TOO_MANY

_OUT_OF_RANGE = "22003"  # PostgreSQL's state


def refusal(state: str, reason: str) -> QueryError | None:
    """The error of a code in the database's message, None where it holds none; SQLite has no states."""
    if (not state or state == "22P02") and TOO_MANY in reason:
        return QueryError(
            "Q033", "记录太多,不能精确计算中位数、单位数、过程数和类型自己的数",
            "too many records for a median, distinct organizations or processes, or numbers of documents",
            "用 filter 缩小范围;其他度量没有这个限制。", "Narrow the list by filter; other measures have no such limit.",
        )  # fmt: skip
    if state == _OUT_OF_RANGE or (not state and "integer overflow" in reason):
        return QueryError(
            "Q034", "合计超出范围", "a sum is out of range",
            "合计至多约 9 亿亿元;检查过大的金额。", "Sums go up to about 9.2e16 yuan; look for amounts that are too large.",
        )  # fmt: skip
    return None
