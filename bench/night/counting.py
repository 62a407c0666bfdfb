"""What is in the store in the morning, against what lay there in the evening."""

from sqlalchemy import Connection, func, select

from bench.night.files import Night
from store import tables
from store.engine import connect
from store.rollups import ROLLUPS


def count(url: str, night: Night) -> list[str]:
    """What is lost, double, or does not add up; nothing where all is there once."""
    engine = connect(url)
    with engine.connect() as connection:
        found = [*_ids(connection, night), *_amounts(connection, night), *_sums(connection, night)]
        if engine.dialect.name == "sqlite":
            checked = connection.exec_driver_sql("PRAGMA quick_check").scalar_one()
            found += [f"the database: {checked}"] if checked != "ok" else []
    engine.dispose()
    return found


def _ids(connection: Connection, night: Night) -> list[str]:
    """By type, the ids that are there against those that were written; each once."""
    d, found = tables.disclosure.c, []
    for type_ in sorted(night.ids.keys() | set(connection.scalars(select(d.type).distinct()))):
        there = list(connection.scalars(select(d.id).where(d.type == type_)))
        wanted = night.ids.get(type_, set())
        if lost := wanted - set(there):
            found.append(f"{type_}: {len(lost)} lost, {sorted(lost)[:3]}")
        if more := set(there) - wanted:
            found.append(f"{type_}: {len(more)} that nobody wrote, {sorted(more)[:3]}")
        if len(there) != len(set(there)):
            found.append(f"{type_}: {len(there) - len(set(there))} twice")
    return found


def _amounts(connection: Connection, night: Night) -> list[str]:
    """By type, the sum of amounts; the same by the rollups."""
    d, r = tables.disclosure.c, tables.rollup_type.c
    there = dict(connection.execute(select(d.type, func.sum(d.amount_fen)).group_by(d.type)).all())
    found = [
        f"{type_}: {there.get(type_)} fen for {wanted}"
        for type_, wanted in sorted(night.amounts.items())
        if int(there.get(type_) or 0) != wanted
    ]
    high, low = connection.execute(select(func.sum(r.amount_high), func.sum(r.amount_low))).one()
    counted = select(func.sum(d.amount_fen)).where(d.status == "published", d.repost == 0)
    total = int(connection.scalar(counted) or 0)
    if int(high) * 1_000_000_000 + int(low) != total:
        found.append(f"the rollups say {int(high) * 1_000_000_000 + int(low)} fen, the disclosures {total}")
    return found


def _sums(connection: Connection, night: Night) -> list[str]:
    """Everything that has to be there as often as there are records, and what may not be there at all."""
    change, searched = tables.change.c, "search_text" if connection.dialect.name == "sqlite" else "search"
    counts = {
        table.name: connection.scalar(select(func.count()).select_from(table))
        for table in (tables.disclosure, tables.document, tables.value_source, tables.change)
    }
    counts["search"] = connection.exec_driver_sql(f"SELECT count(*) FROM {searched}").scalar_one()
    counts["data version"] = connection.scalar(select(tables.data_version.c.version))
    counts["last change"] = connection.scalar(select(func.max(change.version)))
    for rollup in ROLLUPS:
        counts[rollup.name] = int(connection.scalar(select(func.sum(rollup.c.disclosures))) or 0)
    found = [f"{name}: {one} for {night.records}" for name, one in counts.items() if one != night.records]
    files = sum(len(paths) for paths, _ in night.commands)
    wanted = {
        "refused rows": (select(func.count()).select_from(tables.refused), 0),
        "revisions": (select(func.count()).select_from(tables.revision), 0),
        "loads": (select(func.count()).select_from(tables.load), files),
        "loads that are done": (select(func.count()).where(tables.load.c.status == "done"), files),
        "least version": (select(func.min(change.version)), 1),
    }
    for name, (query, number) in wanted.items():
        if (one := connection.scalar(query)) != number:
            found.append(f"{name}: {one} for {number}")
    return found
