"""Makers around makers: a value remembered, cut to its limits; a list as long as the schema wants."""

from collections.abc import Callable
from typing import Any

from cli.synthetic.limits import Limits
from cli.synthetic.scene import Scene

Make = Callable[[Scene], Any]


def candidates(scene: Scene, key: str, one: Make, bounds: Limits) -> list[Any] | None:
    candidates = sized((scene.lot or scene.lots[0]).candidates, bounds)
    made = []
    for n, candidate in enumerate(candidates):
        scene.candidate = candidate
        made.append(scene.in_element(key, n, len(candidates), one))
    scene.candidate = None
    return [value for value in made if value] or None


def sized(found: list[Any], bounds: Limits) -> list[Any]:
    """As many as the schema wants, repeating where there are too few."""
    if len(found) < bounds.min_items:
        found = (found * bounds.min_items)[: bounds.min_items]
    return found[: bounds.max_items] if len(found) > bounds.max_items else found


def remembered(key: Any, make: Make) -> Make:
    """The same value wherever the process, lot or item is told of again."""

    def remembered(scene: Scene) -> Any:
        value = scene.memo.get(key)
        if value is None:
            value = scene.memo[key] = make(scene)
        return value

    return remembered
