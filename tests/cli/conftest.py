"""What the tests of the command share: the command itself, run in this process in an empty folder."""

from tests.conftest import Run

__all__ = ["Run"]
