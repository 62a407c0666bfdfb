"""The store as a command opens it."""

from typing import TYPE_CHECKING, Any

from cli.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine


def opened(database: str | None, **more: Any) -> "Engine":
    """The engine of the database that is named, else of the settings'; raises as `store.migrate.open_current` does."""
    # Migrations take a while to import, and most commands need none.
    from store.migrate import open_current

    return open_current(Settings.of(database=database).database, **more)
