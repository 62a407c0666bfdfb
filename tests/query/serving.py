"""A service on a database of a test's own; what follows from the catalog alone is made once."""

from copy import copy
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, create_engine

from api.operation import Service
from api.preparing import Preparer
from api.running import Runner
from query.run import Reader
from schemas.catalog import Catalog


@cache
def _made(folder: Path) -> Service:
    return Service(Catalog.load(folder), create_engine("sqlite://"))


def serving(catalog: Catalog, engine: Engine) -> Service:
    """Answers from that database."""
    made = copy(_made(catalog.folder))
    made.reader = Reader(engine, made.reader.stages, made.limits.statement_seconds)
    made.runner = Runner(made.reader, made.limits)
    made.preparer = Preparer(made.catalog, made.model, made.schema, made.limits, made.reader)
    return made
