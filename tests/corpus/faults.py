"""What can be wrong with a file, one row a fault: how to damage a good table, and what must be said of it where.

A cell fault is tried in all six formats. Adding a fault is adding a row to one of the tables; `test_corpus.py` makes
the files.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.corpus.good import COLUMNS, Table
from tests.corpus.writers import OBJECTS, TABLES, WRITERS

LAND, AWARD, WINNER, WORKS, MEDICINE, MINING = (
    "land/grant-result", "procurement/award-result", "works/award-result", "works/tender-notice",
    "medicine/result", "mining/transaction-result",
)  # fmt: skip

# A cell fault stands in the second row of four. What is wrong with the headings is told in the sheet's first row.
FAULTY = 1
HEADING = -1

MOBILE, RESIDENT, CARD = "13800138000", "530102199003070016", "6222021234567890128"


@dataclass(frozen=True)
class CellFault:
    """A value that must be found in its cell: with that code, the row taken or refused.

    `told` is where the finding points if not at the cell: a column that stands for it, or "" for the row alone.
    """

    type: str
    path: str
    value: Any
    code: str
    taken: bool = True
    told: str | None = None
    hidden: bool = False


T, R = True, False  # the row is taken with a warning, or refused

CELLS: tuple[CellFault, ...] = tuple(
    CellFault(*row) for row in (
        # Dates and times.
        (LAND, "lots.dealDate", "2024-02-30", "L011", R),
        (LAND, "lots.dealDate", "2024-13-01", "L011", R),
        (LAND, "lots.dealDate", "二〇二四年六月", "L125", R),
        (LAND, "publishedDate", "去年夏天", "L011", R),
        (LAND, "publishedDate", "24/6/2024", "L011", R),
        (WORKS, "publishedDate", "20240632", "L011", R),
        (MEDICINE, "publishedDate", "2024年9月31日", "L011", R),
        (MINING, "publishedDate", "0000-01-01", "L011", R),
        (AWARD, "openingAt", "上午", "L012", R),
        (AWARD, "openingAt", "2024-04-17 25:30", "L012", R),
        (WORKS, "bidDeadline", "收到之日", "L012", R),
        (WORKS, "bidDeadline", "2024-08-28T23:59:60Z", "L012", R),
        (LAND, "publicityPeriod", "十天", "L021", T),
        (LAND, "publicityPeriod", "2024-06-24至2024-06-31", "L021", T),
        (WORKS, "documentsPeriod", "长期", "L021", T),
        # Amounts.
        (LAND, "lots.price", "面议", "L021", T),
        (LAND, "lots.price", "1,234,5", "L021", T),
        (LAND, "lots.price", "1824万元起", "L021", T),
        (LAND, "lots.price", "12.5公顷", "L021", T),
        (LAND, "lots.price", "1.8.2", "L021", T),
        (MINING, "lots.price", 1e19, "L021", T),
        (AWARD, "budget", "见公告", "L021", T),
        (AWARD, "lots.awardPrice", "优惠12%", "L021", T),
        (WORKS, "ceilingPrice", "不设", "L021", T),
        (MEDICINE, "items.unitPrice", "议价", "L021", T),
        (MEDICINE, "items.unitPrice", -1, "S007", R),
        # Other numbers.
        (LAND, "lots.parcelArea", "很大", "L013", R),
        (LAND, "lots.parcelArea", "3亩5", "L013", R),
        (LAND, "lots.parcelArea", "100万元", "L013", R),
        (LAND, "lots.parcelArea", "2.6.6", "L013", R),
        (LAND, "lots.parcelArea", -3, "S007", R),
        (LAND, "lots.parcelArea", "26668.5(约)", "L024", T),
        (LAND, "lots.price", 18240000.125, "L025", T),
        (MINING, "lots.price", -1480000, "S036", T),
        (LAND, "lots.grantTerm", "永久", "L021", T),
        (LAND, "lots.grantTerm", -1, "S007", R),
        (AWARD, "lots.score", "优", "L013", R),
        (AWARD, "lots.score", -1, "S007", R),
        (MINING, "lots.mineralRightArea", "约", "L013", R),
        (MINING, "lots.elevationMinimum", "负", "L013", R),
        # Codes and regions.
        (LAND, "lots.landUse", "不知道的用途", "L021", T),
        (LAND, "lots.landUse", "9999", "L021", T),
        (LAND, "landSupplyMethod", "赠送", "L021", T),
        (AWARD, "procurementMethod", "抽签", "L021", T),
        (WORKS, "worksCategory", "火箭", "L021", T),
        (MINING, "lots.mineral", "以太", "L021", T),
        (AWARD, "outcome", "待研究", "L014", R),
        (LAND, "region", "不存在市", "L022", T),
        (LAND, "region", "539999", "L022", T),
        (WORKS, "region", "53011", "L022", T),
        (LAND, "region", "532331", "S013", T),
        (WINNER, "lots.consortiumSupplier", "看情况", "L016", R),
        # Organizations.
        (LAND, "lots.transferee.uscc", "91530114MA6K000171", "S011", T),
        (LAND, "publisher.uscc", "11530114MB0W00017D", "S011", T),
        (LAND, "lots.transferee.uscc", "1153", "S009", R),
        (LAND, "lots.transferee.uscc", "9153O114MA6K000I70", "S009", R),
        (AWARD, "lots.suppliers.uscc", "123", "S009", R),
        (AWARD, "buyer.name", None, "L026", T, "buyer.phone"),
        # Addresses and texts.
        (LAND, "sourceUrl", "见附件", "L015", R),
        (LAND, "sourceUrl", "www.example.org", "L015", R),
        (WORKS, "sourceUrl", "ftp://example.org", "L015", R),
        (LAND, "title", "长" * 5000, "S008", R),
        (LAND, "lots.parcelNumber", "号" * 3000, "S008", R),
        # What makes a record.
        (AWARD, "project.number", None, "S001", R),
        # What a valid record could say better.
        (LAND, "lots.parcelLocation", "详见附件", "S029", T),
        (LAND, "lots.parcelLocation", "***", "S029", T),
        (LAND, "title", "待定", "S029", T),
        (MEDICINE, "items.specification", "见附件", "S029", T),
        (LAND, "lots.transferee.name", "有限公司", "S032", T, None, True),
        (AWARD, "buyer.name", "91530100MAXN002152", "S032", T, None, True),
        (AWARD, "buyer.address", "昆明市示例中学", "S033", T),
        (AWARD, "buyer.phone", "办公室", "S034", T),
        (WORKS, "fundingSource", "9,860万元", "S031", T),
        (LAND, "lots.dealDate", "2024-07-18", "S022", T),
        (LAND, "publishedDate", "2023-06-24", "S022", T, "lots.dealDate"),
        (WORKS, "bidDeadline", "2024-08-10 09:00", "S022", T),
        (LAND, "publishedDate", "2025-06-24", "S030", T),
        (LAND, "lots.plotRatioMaximum", 1.1, "S023", T),
        (LAND, "lots.startingPrice", 18240001, "S027", T, "lots.price"),
        (LAND, "lots.price", 5, "S027", T),
        (AWARD, "budget", 1480000, "S027", T, "lots.awardPrice"),
        # What only several rows show.
        (LAND, "lots.transferee.uscc", "91530100MA6K00057T", "L062", T),
        (LAND, "lots.transferee.name", "云南另一家有限公司", "L063", T),
        # Personal data, never said again.
        (LAND, "lots.parcelLocation", f"示例路1号 {MOBILE}", "L051", T, None, True),
        (AWARD, "remark", f"联系人{MOBILE}", "L051", T, None, True),
        (MEDICINE, "items.remark", f"身份证号{RESIDENT}", "L051", T, None, True),
        (LAND, "title", f"退还至{CARD}", "L051", T, None, True),
    )
)  # fmt: skip


@dataclass(frozen=True)
class TableFault:
    """A fault of more than one cell, told in a row (None: of the file) and a column (None or "": of the row)."""

    name: str
    type: str
    damage: Callable[[Table], Table]
    code: str
    row: int | range | None = None
    path: str | None = None
    formats: tuple[str, ...] = tuple(WRITERS)
    asked: bool = True  # for the type by its name
    publisher: str | None = None
    profile: str = ""
    loaded: bool = True  # or only checked


def without(*paths: str) -> Callable[[Table], Table]:
    """Some columns fewer."""

    def damage(table: Table) -> Table:
        for path in paths:
            table = table.without_column(path)
        return table

    return damage


def renamed(*names: str) -> Callable[[Table], Table]:
    """Other headings over the first columns, the others gone."""

    def damage(table: Table) -> Table:
        keep = len(names)
        return replace(
            table, paths=table.paths[:keep], headings=names, rows=tuple(row[:keep] for row in table.rows)
        )

    return damage


def titled(title: str, *paths: str) -> Callable[[Table], Table]:
    """Only these columns, under a title."""

    def damage(table: Table) -> Table:
        gone = [path for path in table.paths if path not in paths]
        return replace(without(*gone)(table), titles=(title,))

    return damage


def twice(path: str, heading: str, value: Any) -> Callable[[Table], Table]:
    """One more column for the same property, which says something else in one row."""

    def damage(table: Table) -> Table:
        place = table.column(path)
        more = tuple(
            (*row, value if number == FAULTY else row[place]) for number, row in enumerate(table.rows)
        )
        return replace(
            table, paths=(*table.paths, f"{path}.again"), headings=(*table.headings, heading), rows=more
        )

    return damage


def same_as_first(*others: str) -> Callable[[Table], Table]:
    """The second row is the first's record, but says something else in the other columns."""

    def damage(table: Table) -> Table:
        first, second = table.rows[0], list(table.rows[FAULTY])
        for place, path in enumerate(table.paths):
            if path not in others:
                second[place] = first[place]
        return replace(table, rows=(first, tuple(second), *table.rows[FAULTY + 1 :]))

    return damage


def other_price(*rows: int) -> Callable[[Table], Table]:
    """Twelve rows whose prices are near one another, but for some that are in 万元."""

    def damage(table: Table) -> Table:
        column = table.column("lots.awardPrice")
        keys = [table.column(path) for path in ("localId", "project.number")]
        made = []
        for number in range(12):
            row = list(table.rows[0])
            price = 92_188_600 + 1_000_000 * number
            row[column] = price / 10_000 if number in rows else price
            for key in keys:
                row[key] = f"{row[key]}{number}"
            made.append(tuple(row))
        return replace(table, rows=tuple(made))

    return damage


def no_rows(table: Table) -> Table:
    """Headings and nothing else."""
    return replace(table, rows=())


def changed(**cells: Any) -> Callable[[Table], Table]:
    """Some cells of the second row; a column's dots are written as underlines."""

    def damage(table: Table) -> Table:
        for name, value in cells.items():
            table = table.with_cell(FAULTY, name.replace("_", "."), value)
        return table

    return damage


def unchanged(table: Table) -> Table:
    """The good table: the fault is in what is asked."""
    return table


def columns_of(type_: str, *beginnings: str) -> tuple[str, ...]:
    """The columns of a type whose properties begin so."""
    return tuple(path for path in COLUMNS[type_] if path.startswith(beginnings))


# Columns that all notices of works have.
SHARED = ("localId", "title", "publisher.name", "publisher.uscc", "region", "publishedDate", "buyer.name")

PATTERN = 'title = "x"\ntype = "land/grant-result"\n[columns]\n"成交价格" = { to = "lots.price", pattern = \'^(\\d+)$\' }\n'
OTHER_FILE = 'title = "x"\ntype = "land/grant-result"\n[columns]\n"合同编码" = "lots.contractNumber"\n'
LIST_IN_CELL = 'title = "x"\ntype = "land/grant-result"\n[columns]\n"土地面积" = "lots.payments"\n'
ONE_KIND = 'title = "x"\n[[records]]\ntype = "land/grant-result"\nwhen = { "供地方式代码" = ["挂牌出让"] }\n'

TABLE_FAULTS: tuple[TableFault, ...] = (
    TableFault("headings that nobody knows", LAND, renamed("甲", "乙", "丙"), "L001", HEADING, formats=TABLES),
    TableFault("headings of no type", LAND, renamed("甲", "乙", "丙"), "L002", HEADING, formats=OBJECTS, asked=False),
    TableFault("headings of several types", LAND, renamed("标题", "原文网址", "备注"), "L003", HEADING, asked=False),
    TableFault("headings of several types under a title", WORKS, titled("施工招标公告", *SHARED), "L019", HEADING, formats=TABLES, asked=False),
    TableFault("no column of parcels", LAND, without(*columns_of(LAND, "lots.")), "L004", HEADING),
    TableFault("no column of items", MEDICINE, without(*columns_of(MEDICINE, "items.")), "L004", HEADING),
    TableFault("no column of the project", AWARD, without("project.number"), "L004", HEADING),
    TableFault("no publisher", LAND, without("publisher.name", "publisher.uscc"), "L007", HEADING, loaded=False),
    TableFault("no publisher to load for", LAND, without("publisher.name", "publisher.uscc"), "L005", HEADING),
    TableFault("a publisher asked for by a wrong code", LAND, unchanged, "L006", publisher="11530114MB0W00017D"),
    TableFault("no rows", LAND, no_rows, "L008", formats=("csv", "xlsx", "xls", "json")),
    TableFault("a profile of another file", LAND, unchanged, "L009", HEADING, formats=TABLES, profile=OTHER_FILE),
    TableFault("a list in one cell", LAND, unchanged, "L017", range(4), "lots.parcelArea", profile=LIST_IN_CELL),
    TableFault("a cell that the pattern misses", LAND, changed(lots_price="约1824万"), "L018", FAULTY, "lots.price", profile=PATTERN),
    TableFault("a row of another kind", LAND, changed(landSupplyMethod="划拨"), "L042", FAULTY, "", profile=ONE_KIND),
    TableFault("two columns that differ", LAND, twice("lots.price", "成交价", 999), "L023", FAULTY, "lots.price.again"),
    TableFault("one number in the other's unit", WINNER, other_price(7), "L060", 7, "lots.awardPrice"),
    TableFault("a row twice", LAND, same_as_first(), "L061", FAULTY, ""),
    TableFault("two titles of one record", LAND, same_as_first("title"), "L041", FAULTY, "title"),
    TableFault("no column that tells records apart", LAND, without("localId", "sourceUrl", "lots.parcelNumber"), "L010", HEADING),
    TableFault("a row without what identifies it", WORKS, changed(localId=None, sourceUrl=None), "S016", FAULTY, ""),
    TableFault("a row without a publisher", LAND, changed(publisher_name=None, publisher_uscc=None), "L005", FAULTY, ""),
)  # fmt: skip


@dataclass(frozen=True)
class RecordFault:
    """A value in a record that follows the standard already; Ellipsis leaves it out. The place is row and property."""

    type: str
    path: str
    value: Any
    code: str
    taken: bool = False
    told: str = ""  # the property at which it is told, if not at this one


RECORDS: tuple[RecordFault, ...] = tuple(
    RecordFault(*row) for row in (
        (LAND, "lots", ..., "S001"),
        (AWARD, "project", ..., "S001"),
        (LAND, "lots.0.colour", "red", "S002"),
        (AWARD, "lots.0.items.0.colour", "red", "S002"),
        (LAND, "lots.0.parcelArea", "26668.5", "S003"),
        (MEDICINE, "items", {}, "S003"),
        (LAND, "publishedDate", "2024/06/24", "S004"),
        (LAND, "publishedDate", "0000-01-01", "S004"),
        (WORKS, "bidDeadline", "2024-08-28 09:00", "S004"),
        (LAND, "sourceUrl", "not an address", "S004"),
        (LAND, "landSupplyMethod", "gift", "S005"),
        (WORKS, "region", "539999", "S005"),
        (MINING, "lots.0.mineralRightArea", -1, "S007"),
        (LAND, "title", "", "S008"),
        (LAND, "transferor.uscc", "1153", "S009"),
        (LAND, "lots.0.price.amount", 18240000.125, "S010"),
        (MEDICINE, "items.0.unitPrice.amount", 1.00001, "S010"),
        (LAND, "transferor.uscc", "11530114MB0W00017D", "S011", T),
        (LAND, "lots.0.price", {}, "S012"),
        (LAND, "region", "532331", "S013", T),
        (LAND, "schema", "land/unheard-of/1.0", "S015"),
        (LAND, "region", "530000", "S020", T),
        (LAND, "publisher.jurisdiction", "530102", "S021", T, "region"),
        (LAND, "lots.0.payments.1.dueDate", "2204-12-28", "S024", T),
        (AWARD, "lots.0.items.0.itemTotal.amount", 128000, "S025", T),
        (LAND, "lots.0.payments.0.paymentAmount.amount", 10120000, "S026", T, "lots.0.price.amount"),
        ("housing/allocation", "lots.0.allocatedUnitCount", 451, "S028", T),
        (LAND, "lots.0.transferee", {"name": "示例甲", "address": "示例小区3栋2单元501室"}, "S035", T, "lots.0.transferee.address"),
    )
)  # fmt: skip
