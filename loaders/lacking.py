"""The checks that could not run as people read them: those that lack a column told together, nothing left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.quality import LACKING, LACKING_EN


def together(not_run: Sequence[Mapping[str, Any]], *, briefly: bool = False) -> list[Mapping[str, Any]]:
    """The lines `notRun` of a report, those for which the file has nothing to check made one: the last.

    It names each check with what the file does not have, `briefly` the checks alone. Alone, such a line stays as it is.
    """
    lacking = [one for one in not_run if one["reason"].startswith(LACKING)]
    if len(lacking) < 2:
        return list(not_run)
    checks = ";".join(
        one["title"] if briefly else f"{one['title']}:缺{_what(one['reason'], LACKING)}" for one in lacking
    )
    checks_en = "; ".join(
        one["titleEn"] if briefly else f"{one['titleEn']}: {_what(one['reasonEn'], LACKING_EN)}"
        for one in lacking
    )
    count = len(lacking)
    return [
        *(one for one in not_run if one not in lacking),
        {
            "title": f"文件里没有相应的内容,{count} 项核对",
            "titleEn": f"{count} checks for which the file does not have what they need",
            "reason": f"{checks}。", "reasonEn": f"{checks_en}.", "records": None,
        },
    ]  # fmt: skip


def _what(reason: str, before: str) -> str:
    """What a reason says that the file does not have."""
    return reason.removeprefix(before).rstrip("。.")
