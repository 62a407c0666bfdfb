"""Where in a synthetic record a value is being made: the process, the record, the lot, the item around it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from cli.synthetic.process import Amounts, Candidate, Item, Lot, Memo, Process, total
from cli.synthetic.schedule import Step
from cli.synthetic.world import Draw, World


class Scene:
    """What a maker of values may look at. One object for a record, moved in and out of its lots and items."""

    __slots__ = (
        "amounts", "candidate", "complete", "count", "draw", "event", "item", "known", "local_id", "lost", "lot",
        "lots", "memo", "number", "ordinal", "previous", "process", "published", "world",
    )  # fmt: skip

    def __init__(self, world: World, process: Process, draw: Draw) -> None:
        self.world = world
        self.process = process
        self.draw = draw
        self.complete = process.publisher.complete
        self.memo: Memo = process.memo
        self.lots: list[Lot] = process.lots
        self.amounts: Amounts = total(process.lots)
        self.lot: Lot | None = None
        self.item: Item | None = None
        self.candidate: Candidate | None = None
        self.ordinal, self.count = 0, 1
        self.number = process.tag
        self.lost = False
        self.known = True
        self.local_id = self.previous = ""
        self.event: date = date.min
        self.published: date = date.min

    def begin(self, step: Step, ordinal: int, *, decided: bool) -> None:
        """Turn to the next record; `decided` says that its stage knows the outcome."""
        process = self.process
        self.previous, self.local_id = self.local_id, f"SYN-{process.tag}-{ordinal}"
        self.event, self.published, self.known = step.event, step.published, step.known
        self.lots = step.lots
        self.amounts = total(step.lots)
        only = len(step.lots) == 1
        self.number = f"{process.tag}-{step.lots[0].ordinal + 1}" if only else process.tag
        self.lost = decided and process.outcome != "awarded"

    def in_lot(self, lot: Lot, make: Callable[["Scene"], Any], *, decided: bool) -> Any:
        """What the maker gives inside a lot."""
        kept = self.lot, self.memo, self.amounts, self.lost, self.number, self.ordinal, self.count
        self.lot, self.memo, self.amounts = lot, lot.memo, lot.amounts
        self.lost = decided and lot.failed
        self.number = f"{self.process.tag}-{lot.ordinal + 1}"
        self.ordinal = lot.ordinal
        made = make(self)
        self.lot, self.memo, self.amounts, self.lost, self.number, self.ordinal, self.count = kept
        return made

    def in_item(self, item: Item, ordinal: int, make: Callable[["Scene"], Any]) -> Any:
        """What the maker gives inside a line item."""
        kept = self.item, self.memo, self.ordinal, self.number
        self.item, self.memo, self.ordinal = item, item.memo, ordinal
        self.number = f"{self.number}-{ordinal + 1}"
        made = make(self)
        self.item, self.memo, self.ordinal, self.number = kept
        return made

    def in_element(self, key: Any, ordinal: int, count: int, make: Callable[["Scene"], Any]) -> Any:
        """What the maker gives inside one object of a list, or inside an object of its own (key names it)."""
        kept = self.memo, self.ordinal, self.count, self.number
        self.memo = self.memo.setdefault((key, ordinal), {})
        self.ordinal, self.count = ordinal, count
        if count > 1:
            self.number = f"{self.number}-{ordinal + 1}"
        made = make(self)
        self.memo, self.ordinal, self.count, self.number = kept
        return made
