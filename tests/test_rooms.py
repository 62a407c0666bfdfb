"""A room imports only the rooms before it (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "schemas": set(),
    "formats": set(),
    "store": {"schemas"},
    "loaders": {"formats", "schemas", "store"},
    "query": {"schemas", "store"},
    "publish": {"formats", "schemas", "store", "query"},
    "api": {"formats", "schemas", "store", "loaders", "query", "publish"},
    "cli": {"formats", "schemas", "store", "loaders", "query", "publish", "api"},
    "alembic": {"store"},
}


def imported_rooms(source: str) -> set[str]:
    """The rooms that a module's import statements name, those inside functions included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names & (set(MAY_IMPORT) - {"alembic"})


MODULES = [path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_the_rooms_before_it(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    outside = imported_rooms(path.read_text("utf-8")) - MAY_IMPORT[room] - {room}
    assert not outside, f"{room} may not import {sorted(outside)}"


def test_the_test_sees_an_import_inside_a_function() -> None:
    assert imported_rooms("def f():\n    from api.app import x\n    import store.tables\n") == {
        "api",
        "store",
    }


def test_only_one_module_imports_graphene() -> None:
    users = [path for path in MODULES if "graphene" in {n.split(".")[0] for n in _modules(path)}]
    assert len(users) <= 1, users


def test_no_folder_shadows_a_package() -> None:
    shadows = [*ROOT.glob("alembic/**/__init__.py"), *ROOT.glob("tests/**/__init__.py")]
    assert not shadows


def _modules(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found
