"""What outlives the machine's power."""

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
