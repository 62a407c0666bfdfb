"""A process as a time line: its stages in order, each with what was published and what is missing."""

from collections.abc import Mapping
from typing import Any

from api.portal.words import Words

STATUSES: Mapping[str, tuple[Words, str]] = {
    "PUBLISHED": (("已公开", "published"), "good"), "MISSING": (("缺失:后面的环节已经公开", "missing: a later stage is there"), "bad"),
    "DUE": (("逾期未公开", "overdue"), "bad"), "NOT_YET": (("尚未公开", "not yet"), ""), "NOT_REQUIRED": (("不要求", "not required"), ""),
}  # fmt: skip


def course(process: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stages that a reader wants to see, each with its disclosures by date: the fragment Course of a process.

    A stage that not every process has is left out where there is nothing; so are types that need not be there.
    """
    of_stage: dict[str, list[Mapping[str, Any]]] = {}
    for node in process["disclosures"]["nodes"]:
        of_stage.setdefault(node["stage"], []).append(node)
    stages = [
        {
            **stage,
            "says": STATUSES[stage["status"]],
            "nodes": sorted(of_stage.get(stage["stage"], ()), key=lambda one: one["publishedDate"] or ""),
            "lacking": [one for one in stage["types"] if one["status"] in ("MISSING", "DUE")],
        }
        for stage in process["timeline"]
    ]
    return [stage for stage in stages if stage["status"] != "NOT_REQUIRED" or stage["nodes"]]
