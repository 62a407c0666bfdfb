"""One change as JSON: the same in the file of deltas and in the stream that mirrors follow.

Only the change that stands is told: of a record that changed several times the last, as it is. A withdrawn record has
no content in it, so that whoever applies the changes in the order of their versions removes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ADDED, REVISED, WITHDRAWN = "added", "revised", "withdrawn"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a record at a data version; `at` is UTC as ISO 8601 with its Z.

    `record` is the document by its schema, the same that a line of the JSON Lines dataset has as `document`. It is None
    for what is withdrawn, whose `withdrawal` then has the kind (ordinary, privacy) and the reason, and, in a stream that
    is filtered, for a record that a revision took out of it: whoever has the record removes it in both cases.
    """

    version: int
    kind: str
    at: str
    id: str
    type: str
    revision: int
    record: Mapping[str, Any] | None = None
    withdrawal: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """The change as a machine reads it."""
        return {
            "version": self.version, "kind": self.kind, "at": self.at, "id": self.id, "type": self.type,
            "revision": self.revision, "record": self.record, "withdrawal": self.withdrawal,
        }  # fmt: skip
