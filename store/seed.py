"""What a database holds before the first record: the administrative divisions of the catalog."""

from sqlalchemy import Connection, delete, insert, select

from schemas.catalog import Catalog
from schemas.codelist import Code
from schemas.region import Regions
from store import searching, territory
from store.tables import region


def seed(connection: Connection, catalog: Catalog) -> int:
    """Make the table of regions say what the catalog says; gives how many rows were written, 0 if it did already.

    The tables that follow from regions and calendar are made with it (`store.territory`).

    A region's prefecture and province are those it lay in while it was in force; a disclosure's are today's.
    """
    territory.fill(connection, catalog.codelists["region"].codes, catalog.regions, catalog.calendar)
    wanted = [_row(code, catalog.regions) for code in catalog.codelists["region"].codes.values()]
    stored = [dict(row) for row in connection.execute(select(region)).mappings()]
    if sorted(stored, key=lambda row: str(row["code"])) == sorted(wanted, key=lambda row: str(row["code"])):
        return 0
    connection.execute(delete(region))
    connection.execute(insert(region), wanted)
    names = {str(row["code"]): row for row in wanted}
    searching.delete_names(connection, "region", [*names, *(str(row["code"]) for row in stored)])
    searching.insert_names(connection, "region", names)
    return len(wanted)


def _row(code: Code, regions: Regions) -> dict[str, str | None]:
    return {
        "code": code.code,
        "title": code.title,
        "title_en": code.title_en or None,
        "level": regions.level(code.code),
        "parent": code.parent,
        "prefecture": regions.prefecture(code.code),
        "province": regions.province(code.code),
        "valid_from": code.valid_from,
        "valid_to": code.valid_to,
        "successor": code.extra.get("successor"),
    }
