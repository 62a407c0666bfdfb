"""What the store's tests share: records to write."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def batches() -> ModuleType:
    """tests/store/batches.py; by its path, because the folders of tests are no packages."""
    path = Path(__file__).with_name("batches.py")
    spec = importlib.util.spec_from_file_location("batches", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["batches"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
