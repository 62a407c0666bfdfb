"""What a load says of records that were withdrawn, and which rows its records came from."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Engine

from loaders.sources import source_of
from schemas.issue import Issue, Rule, issue
from store.draft import Entry
from store.withdrawing import PRIVACY, Withdrawal, withdrawals
from store.writing import Written

RULES: dict[str, Rule] = {
    "W010": Rule(
        "warning", "这条公开信息已于 {day} 撤回,没有恢复(理由:{reason})", "This disclosure was withdrawn on {day} and is not brought back (reason: {reason})",
        "确要恢复的,装入时加 --again(提交时加 ?again=true 或者选“恢复”);否则请在文件中删去。", "To bring it back load with --again (submitting: ?again=true); else remove it from the file."),
    "W011": Rule(
        "warning", "这条公开信息因个人信息于 {day} 撤回并删除,没有恢复(理由:{reason})", "This disclosure was withdrawn and removed for privacy on {day} and is not brought back (reason: {reason})",
        "请在文件中删去;已去掉个人信息、确要恢复的,装入时加 --again。", "Remove it from the file; once the personal data is out of it, --again brings it back."),
}  # fmt: skip


def left_alone(engine: Engine, written: Written, batch: Sequence[Entry]) -> Iterator[Issue]:
    """A finding for each record of a batch that is withdrawn and was left alone, at its first row."""
    with engine.connect() as connection:
        known = withdrawals(connection, sorted(written.left))
    for one, entry in zip(written.ids, batch, strict=True):
        if one in known:
            source = source_of("", entry.sources or {}) or next(iter((entry.sources or {}).values()), None)
            found = _issue(known[one])
            yield found.at(sheet=source[0], row=source[1]) if source else found


def rows_of(batch: Sequence[Entry]) -> list[tuple[str, int]]:
    """The rows (sheet, number) that the records of a batch came from."""
    sources = (source for entry in batch for source in (entry.sources or {}).values())
    return sorted({(source[0], source[1]) for source in sources if source[1] is not None})


def _issue(withdrawal: Withdrawal) -> Issue:
    code, day = "W011" if withdrawal.kind == PRIVACY else "W010", withdrawal.at.date().isoformat()
    return issue(RULES, code, day=day, reason=withdrawal.reason)
