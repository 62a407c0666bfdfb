"""How sure a match is: what speaks for it, less where another property is nearly as near."""

from collections.abc import Sequence
from typing import Protocol

# From here on a column is taken without a doubt; below the second it is left open.
SURE, LIKELY = 0.75, 0.42
# A rival nearer than this makes a match doubtful.
_CLEAR, _DOUBT = 0.12, 1.0
_EXACT, _MOST = 1.3, 0.95


class Scored(Protocol):
    """What was scored."""

    @property
    def score(self) -> float:
        """What speaks for it."""


def sure(best: Scored, rivals: Sequence[Scored]) -> float:
    """How sure a match is beside the properties that no other column fills."""
    score = min(best.score, _MOST)
    if best.score < _EXACT and rivals:
        margin = best.score - max(one.score for one in rivals)
        score -= _DOUBT * max(_CLEAR - margin, 0.0)
    elif best.score >= _EXACT:
        score = min(best.score - 0.5, 1.0)
    return round(max(score, 0.0), 3)
