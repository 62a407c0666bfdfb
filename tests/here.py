"""Files read as the reader's process reads them, but in this one: hundreds of tests need not start one each.

That process itself is tested in tests/formats/test_child.py, and reads in every test that does not ask for this.
"""

from collections.abc import Iterator
from pathlib import Path

from formats.child import check_file
from formats.confinement import DEFAULT, Limits
from formats.registry import format_of
from formats.wire import Batch, decode, encode


def read_here(path: Path, _: Limits = DEFAULT) -> Iterator[Batch]:
    """What `formats.child.read_batches` gives; nothing limits what it costs."""
    check_file(path)
    with path.open("rb") as stream:
        yield from map(decode, encode(format_of(path.name).read(stream)))
