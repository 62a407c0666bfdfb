"""Records with one thing wrong, or only changed, for whoever compares verdicts."""

import copy
import random
from collections.abc import Iterator
from typing import Any

from schemas.catalog import Disclosure

# What a place of a record may hold instead: other kinds, extremes, and texts that formats judge narrowly.
OTHERS: tuple[Any, ...] = (
    None, "", "x" * 5000, -1, 0, 1e18, 3.14159, True, [], {}, ["x"], {"x": 1},
    "2024-13-01", "2024-02-30", "2024-02-29", "2023-02-29", "2024-6-1", "2024-06-18 ", "２０２４-06-18", "0000-01-01",
    "2024-06-18T09:30:00+08:00", "2024-06-18t09:30:00z", "2024-06-18 09:30:00Z", "2024-06-18T09:30:00",
    "2024-06-18T23:59:60Z", "2024-06-18T24:00:00Z", "2024-06-18T09:30:00+0800", "2024-06-18T09:30:00.5+24:00",
    "不是网址", "http://[x", "https://example.org/notice/1.html", "https://示例.中国/公告", "https://example.org/a b",
    "https://example.org/%zz", "mailto:a@example.org", "//example.org/x", "HTTP://EXAMPLE.ORG", "https://", "urn:x:y",
    "https://example.org:99999/", "https://example.org/a|b", "https://example.org/#a#b",
)  # fmt: skip

# RFC 3339 has these; what reckons with dates has not.
NOT_ON_THE_CALENDAR = ("0000-01-01", "2024-06-18T23:59:60Z")


def mutations(disclosure: Disclosure, count: int) -> Iterator[dict[str, Any]]:
    """The sample with one thing wrong, or changed, at a random place; always the same for a version."""
    chance = random.Random(disclosure.name)
    for _ in range(count):
        record = copy.deepcopy(dict(disclosure.sample))
        node: Any = record
        while True:
            key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
            if isinstance(node[key], (dict, list)) and node[key] and chance.random() < 0.7:
                node = node[key]
                continue
            if chance.random() < 0.3:
                del node[key]
            else:
                node[key] = chance.choice(OTHERS)
            break
        yield record
