"""`datapackage.json`: frictionless takes it, and the files that it describes are as it says."""

import shutil
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
from frictionless import Package, validate
from sqlalchemy import Engine

from api.choosing import choose
from api.operation import Service
from publish.datasets import delimited
from publish.datasets.export import dataset as export_of
from publish.datasets.layout import MAIN
from publish.datasets.making import make
from publish.datasets.reading import snapshot
from publish.datasets.statements import Rows
from publish.metadata.datapackage import package
from publish.metadata.datasets import Dataset, Known, datasets, find
from publish.selection import Selection
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import connect, writing
from store.writing import write
from tests.query.records import NOW

SITE = "https://example.org"


def described(catalog: Catalog, *paths: str) -> dict[str, Any]:
    found = [one for one in datasets(catalog) if not paths or one.path in paths]
    return package(found, catalog, Known(SITE, 7, None, {}))


def test_the_whole_package_is_valid(catalog: Catalog) -> None:
    whole = described(catalog)
    assert Package.validate_descriptor(whole).errors == []
    names = [one["name"] for one in whole["resources"]]
    assert len(names) == len(set(names)) > len(catalog.types)
    by_name = {one["name"]: one for one in whole["resources"]}
    for resource in whole["resources"]:
        for link in resource["schema"].get("foreignKeys", ()):
            owner = by_name[link["reference"]["resource"]]["schema"]
            assert link["reference"]["fields"] == owner["primaryKey"]
            assert len(link["fields"]) == len(owner["primaryKey"])
    whole["resources"][3]["schema"]["fields"][0]["type"] = "strange"
    assert not Package.validate_descriptor(whole).valid


@pytest.fixture(scope="module")
def samples(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, catalog: Catalog
) -> Iterator[Engine]:
    """Two records of every type."""
    path = tmp_path_factory.mktemp("package") / "openalloc.db"
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, path)}")
    given = [
        Entry({**one.sample, "localId": f"示例{number}"}, one)
        for one in catalog.types.values()
        for number in (1, 2)
    ]
    with writing(engine) as connection:
        write(connection, given, catalog, None, NOW)
    yield engine
    engine.dispose()


def save(dataset: Dataset, folder: Path, engine: Engine, catalog: Catalog) -> Path:
    """The files of a dataset with their package beside them."""
    told = described(catalog, dataset.path)
    parameters = [("type", dataset.path)] if dataset.disclosure else []
    chosen = choose(Service(catalog, engine), Selection.of(parameters, catalog))
    with snapshot(engine) as taken:
        rows = Rows(taken.dialect, catalog, SITE)
        for table, resource in zip(dataset.tables(catalog), told["resources"], strict=True):
            name = "main" if table.name == MAIN else table.name
            (folder / f"{name}.csv").write_bytes(b"".join(delimited.chunks(table, chosen, rows, taken)))
            resource["path"] = f"{name}.csv"
    (folder / "datapackage.json").write_bytes(orjson.dumps(told))
    return folder / "datapackage.json"


@pytest.mark.parametrize("path", ["everything", "land/grant-result", "procurement/award-result"])
def test_the_files_are_as_their_package_says(
    path: str, samples: Engine, catalog: Catalog, tmp_path: Path
) -> None:
    dataset = find(path, catalog)
    assert dataset is not None
    report = validate(str(save(dataset, tmp_path, samples, catalog)))
    assert [(task.name, error.message) for task in report.tasks for error in task.errors] == []
    assert report.valid
    assert sum(task.stats.get("rows", 0) for task in report.tasks) > 5


def test_the_judge_sees_a_part_whose_owner_is_missing(
    samples: Engine, catalog: Catalog, tmp_path: Path
) -> None:
    dataset = find("land/grant-result", catalog)
    assert dataset is not None
    file = save(dataset, tmp_path, samples, catalog)
    lines = (tmp_path / "main.csv").read_bytes().split(b"\r\n")
    (tmp_path / "main.csv").write_bytes(b"\r\n".join([lines[0], lines[-2], b""]))
    assert not validate(str(file)).valid


def test_an_archive_says_the_bytes_and_the_digest_of_its_tables(
    samples: Engine, catalog: Catalog, tmp_path: Path
) -> None:
    service = Service(catalog, samples)
    export = export_of("land/grant-result", "csv.zip", (), catalog, partial(choose, service))
    make(export, samples, catalog, SITE, tmp_path / "made.zip")
    with ZipFile(tmp_path / "made.zip") as file:
        file.extractall(tmp_path)
    told = orjson.loads((tmp_path / "datapackage.json").read_bytes())
    for resource in told["resources"]:
        content = (tmp_path / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{sha256(content).hexdigest()}"
    assert validate(str(tmp_path / "datapackage.json")).valid
    lines = (tmp_path / "parties.csv").read_bytes()
    (tmp_path / "parties.csv").write_bytes(lines.replace("示例".encode(), "事例".encode(), 1))
    report = validate(str(tmp_path / "datapackage.json"))
    assert [error.type for task in report.tasks for error in task.errors] == ["hash-count"]
