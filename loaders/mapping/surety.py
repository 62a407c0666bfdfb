"""How sure a match is: what speaks for it, less where another property is nearly as near, as often as that is right."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

# From here on a column is taken without a doubt; below the second it is left open; what speaks for a match less than
# the third is no match.
SURE, LIKELY, NEAR = 0.85, 0.55, 0.42
# A rival nearer than this makes a match doubtful.
_CLEAR, _DOUBT = 0.12, 1.0
_LOST = 0.7
_EXACT, _KNOWN, _MOST = 1.3, 0.5, 0.95
# What speaks for a match, and how often one for which so much speaks was right (bench/README.md), between the two
# halves of the files that were measured.
_RIGHT = (
    (0.0, 0.0), (0.42, 0.35), (0.6, 0.56), (0.7, 0.68), (0.8, 0.8), (0.9, 0.9), (0.95, 0.95), (1.0, 0.99)
)  # fmt: skip


class Scored(Protocol):
    """What was scored."""

    @property
    def score(self) -> float:
        """What speaks for it."""


def sure(best: Scored, rivals: Sequence[Scored], lost: float = 0.0) -> float:
    """How sure a match is beside the properties that no other column fills.

    `lost`: how much more spoke for a property that another column fills.
    """
    if best.score >= _EXACT and not any(one.score >= best.score for one in rivals):
        return as_often_right(best.score - _KNOWN)
    score = min(best.score, _MOST) - _LOST * lost
    if rivals:
        margin = best.score - max(one.score for one in rivals)
        score -= _DOUBT * max(_CLEAR - margin, 0.0)
    return as_often_right(score)


def as_often_right(score: float) -> float:
    """How often a match is right for which so much speaks, 0 to 1."""
    for (low, less), (high, more) in pairwise(_RIGHT):
        if score < high:
            return round(less + (more - less) * max(score - low, 0.0) / (high - low), 3)
    return _RIGHT[-1][1]
