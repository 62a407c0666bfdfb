"""The beginning of a file: so many rows of each sheet."""

from collections import Counter
from collections.abc import Iterable, Iterator

from formats.wire import Batch


def beginning(batches: Iterable[Batch], of_sheet: int, of_file: int) -> Iterator[Batch]:
    """The first rows of every sheet, until the file has given so many."""
    taken: Counter[str] = Counter()
    seen = 0
    for batch in batches:
        rows = batch.rows[: max(of_sheet - taken[batch.sheet], 0)]
        taken[batch.sheet] += len(batch.rows)
        seen += len(batch.rows)
        if rows:
            yield batch if len(rows) == len(batch.rows) else Batch(batch.sheet, rows, batch.line)
        if seen >= of_file:
            return
