"""What is known of the files that metadata tells of: the bytes and SHA-256 of those that are kept whole."""

from collections.abc import Iterable, Mapping

from publish.datasets.export import key_of, selection_of
from publish.datasets.kept import Folder
from publish.datasets.layout import digest
from publish.metadata.datapackage import Measured
from publish.metadata.datasets import Dataset
from schemas.catalog import Catalog

Named = Mapping[
    tuple[str, str], str
]  # the paths of datasets and their tables' names: the keys of the CSV files


def named(found: Iterable[Dataset], catalog: Catalog, version: int, site: str) -> Named:
    """The keys under which the CSV files of the tables are kept at a data version; `site` as the files have it."""
    made = {}
    for dataset in found:
        tables = dataset.tables(catalog)
        chosen, layout = selection_of(dataset.path, catalog), digest(tables)
        for table in tables:
            made[dataset.path, table.name] = key_of(chosen, layout, table.name, "csv", version, site)
    return made


def measured(names: Named, folder: Folder) -> dict[tuple[str, str], Measured]:
    """The size and the digest of the files that are whole; of others nobody knows them before they are made."""
    if not folder.is_made:
        return {}
    there = folder.keys()
    done = {name: folder.done(key) for name, key in names.items() if key in there}
    return {name: (one.size, one.sha256) for name, one in done.items() if one}
