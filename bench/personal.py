"""The personal-data gate over invented rows: how many planted numbers get through, how many other rows are touched.

    python -m bench.personal --rows 50000 --planted 5000 --seed 1

Rows go the way that a file's rows go: read into a record, or screened as nested JSON, and kept as the cells of a
refused row. A number got through if its figures stand in either, separators left out. A row without one is a false
alarm if anything in it was masked or refused for personal data.
"""

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import orjson

from formats.row import Row
from loaders.asked import Asked
from loaders.build import Builder, Place
from loaders.screen import masked_cells, screened_record
from loaders.sheets import Sheet
from schemas.catalog import Catalog

Chance = random.Random
PUBLISHER = "11530114MB0W00017C"
CODES = {"L051", "P020", "P021"}
TABLES = {
    "land/grant-result": ["电子监管号", "宗地编号", "土地坐落", "土地面积(平方米)", "成交价格(元)", "受让人", "成交日期", "公开时间", "备注", "内部列"],
    "procurement/award-result": ["项目编号", "项目名称", "中标供应商", "中标供应商统一社会信用代码", "中标金额(元)", "采购人", "公开时间", "备注", "内部列"],
}  # fmt: skip
# Where a number of a person may be put: in columns of texts, of names, of credit codes, in one that fills nothing.
PLACES = {
    "land/grant-result": ["备注", "备注", "土地坐落", "受让人", "内部列"],
    "procurement/award-result": [
        "备注",
        "备注",
        "项目名称",
        "中标供应商",
        "中标供应商统一社会信用代码",
        "内部列",
    ],
}
NESTED = "land/grant-result"


def digits(chance: Chance, count: int) -> str:
    """So many figures."""
    return "".join(chance.choices("0123456789", k=count))


def resident(chance: Chance, newest: int = 2008) -> str:
    """A resident identity number with the right check digit."""
    province = chance.choice(["11", "13", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "50", "51", "52", "53", "54", "61", "62", "65"])  # fmt: skip
    first = date(1935, 1, 1)
    born = first + timedelta(days=chance.randrange((date(newest, 1, 1) - first).days))
    start = (
        f"{province}{chance.randrange(1, 30):02}{chance.randrange(1, 30):02}{born:%Y%m%d}{digits(chance, 3)}"
    )
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return start + "10X98765432"[sum(w * int(d) for w, d in zip(weights, start, strict=True)) % 11]


def card(chance: Chance) -> str:
    """A bank card's number with the right check digit."""
    start = chance.choice(
        ["621226", "622202", "622848", "621700", "621661", "621483", "623058", "622908", "955880"]
    )
    start += digits(chance, chance.choice([9, 12]) if start[0] == "6" else 12)
    doubled = [int(one) * 2 for one in start[::-2]]
    total = sum(map(int, start[-2::-2])) + sum(one - 9 if one > 9 else one for one in doubled)
    return start + str(-total % 10)


def mobile(chance: Chance) -> str:
    """A mobile number."""
    return f"1{chance.choice('3456789')}{digits(chance, 9)}"


def old_resident(chance: Chance) -> str:
    """A resident identity number of before 1999, without a check digit."""
    number = resident(chance, 1985)
    return number[:6] + number[8:17]


def passport(chance: Chance) -> str:
    """A passport's number."""
    return chance.choice(["E", "G", "EA", "EJ"]) + digits(chance, 8)


def permit(chance: Chance) -> str:
    """The number of a permit for people from Hong Kong, Macao or Taiwan."""
    return chance.choice([f"H{digits(chance, 8)}", f"M{digits(chance, 8)}", f"H{digits(chance, 10)}"])


def officer(chance: Chance) -> str:
    """The number of an officer's paper."""
    return f"{chance.choice('南北东沈济空海')}字第{digits(chance, 7)}号"


def home(chance: Chance) -> str:
    """Somebody's address."""
    return f"云南省昆明市示例区示例路{chance.randrange(1, 999)}号{chance.randrange(1, 30)}幢{chance.randrange(1, 4)}单元{chance.randrange(101, 2000)}室"


MAKERS: dict[str, Callable[[Chance], str]] = {
    "resident 18": resident, "card": card, "mobile": mobile, "resident 15": old_resident, "passport": passport,
    "permit": permit, "officer": officer, "home": home,
}  # fmt: skip
CHECKED = ("resident 18", "card")
# Kinds that only words tell are never without them.
LABELS = {
    "resident 18": ["身份证号:", "身份证号码：", "公民身份号码 ", "证件号码:", "居民身份证", "ID:", "身份证"],
    "card": ["银行卡号:", "卡号：", "工资卡 ", "储蓄卡号"], "mobile": ["电话:", "手机：", "联系电话 ", "Tel:", "联系人示例甲"],
    "resident 15": ["身份证号:", "身份证号码：", "身份证"], "passport": ["护照号:", "护照号码：", "护照"],
    "permit": ["港澳居民来往内地通行证号:", "回乡证", "港澳居民来往内地通行证"], "officer": ["军官证号:", "军官证", "士兵证："],
    "home": ["家庭住址:", "家庭地址：", "户籍地址:", "现住址:", "示例甲,男,汉族,住"],
}  # fmt: skip
SEPARATED = {
    "resident 18": [(6, 8, 4), (6, 4, 4, 4), (4, 4, 4, 4, 2), (3, 3, 4, 4, 4)],
    "card": [(4, 4, 4, 4, 3)], "mobile": [(3, 4, 4)],
}  # fmt: skip


def full_width(text: str) -> str:
    """Letters and figures as a Chinese keyboard may write them."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def separated(number: str, kind: str, chance: Chance) -> str:
    """The number in groups."""
    sizes, parts, at = chance.choice(SEPARATED[kind]), [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return chance.choice([" ", "-", " ", "　", "－", "·"]).join([one for one in (*parts, number[at:]) if one])


def dressed(number: str, kind: str, chance: Chance) -> tuple[str, str]:
    """The number as it may be written, and what that form is called."""
    label = chance.choice(LABELS[kind])
    words = {
        "labelled": f"{label}{number}", "sentence": f"经公示，示例甲（{label}{number}）为竞得人，特此公告。",
        "remark": f"示例甲 {label}{number}，已核验；单号{digits(chance, 8)}",
    }  # fmt: skip
    if kind in (*CHECKED, "mobile"):
        words |= {
            "alone": number, "separated": separated(number, kind, chance), "full width": full_width(number),
            "brackets": f"示例甲（{number}）", "square": f"示例甲【{number}】", "glued to a name": f"示例甲{number}",
            "labelled, separated": f"{label}{separated(number, kind, chance)}", "blanks around": f" \u200b{number}\t",
            "with another": f"{number}、{MAKERS[kind](chance)}",
        }  # fmt: skip
    form = chance.choice(list(words))
    return words[form], form


def region(chance: Chance) -> str:
    """A division's code."""
    return chance.choice(["530114", "620102", "620421", "622901", "441900", "110105", "530102", "330106"])


def day(chance: Chance) -> str:
    """A day of these years."""
    return f"{chance.randrange(2005, 2027)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"


# What looks like a number of a person and is none.
THINGS: dict[str, Callable[[Chance], str]] = {
    "credit code": lambda c: f"统一社会信用代码91{region(c)}{digits(c, 9)}{c.choice('XGHJ3')}",
    "project number": lambda c: f"项目编号{region(c)}{day(c)}{digits(c, c.choice([2, 4, 5]))}",
    "parcel number": lambda c: f"宗地编号:{region(c)}{day(c)}{digits(c, 4)}",
    "supervision number": lambda c: f"电子监管号{region(c)}{day(c)[:4]}B{digits(c, 5)}",
    "contract number": lambda c: f"合同号HT-{day(c)}-{digits(c, c.choice([3, 8, 11]))}",
    "contract number, bare": lambda c: f"合同编号：{digits(c, c.choice([11, 12, 16, 19]))}",
    "amount": lambda c: f"总价{c.randrange(10**9, 10**11)}元，合{c.randrange(10**6)}.{digits(c, 2)}万元",
    "amount with decimals": lambda c: f"成交价{c.randrange(10**10, 2 * 10**10)}.{digits(c, 2)}",
    "registration number": lambda c: f"注册号{region(c)}{digits(c, 9)}",
    "coordinates": lambda c: f"坐标102.{digits(c, 12)},25.{digits(c, 12)}",
    "organization's account": lambda c: (
        f"保证金账号{c.choice('123458')}{digits(c, c.choice([10, 11, 14, 16, 17, 18]))}"
    ),
    "landline": lambda c: f"电话0871-6{digits(c, 7)}、(0871){digits(c, 8)}",
    "400 number": lambda c: f"400-{digits(c, 3)}-{digits(c, 4)}，400{digits(c, 7)}",
    "order number": lambda c: f"订单号{day(c)}{digits(c, c.choice([6, 9, 10]))}",
    "order number of 11": lambda c: f"流水号：1{c.choice('3456789')}{digits(c, 9)}",
    "investment code": lambda c: f"投资项目代码{c.randrange(2015, 2027)}-{region(c)}-47-03-{digits(c, 6)}",
    "deposit document": lambda c: f"D01-12350100MB02709751-{day(c)}-{digits(c, 6)}-5",
    "date and time": lambda c: f"{day(c)}{c.randrange(24):02}{digits(c, 4)}至2024-06-18 09:30:00.000",
    "office address": lambda c: (
        f"地址：昆明市示例区示例路{c.randrange(1, 900)}号示例大厦{c.randrange(1, 30)}楼{c.randrange(101, 2000)}室"
    ),
    "lorry's pass": lambda c: f"办理渣土车通行证{digits(c, 8)}，住宅用地{digits(c, 2)}号",
    "serial": lambda c: f"{digits(c, 20)}号",
}


@dataclass
class Result:
    """What became of the rows: planted and hidden by kind and by form, other rows and alarms."""

    planted: Counter[tuple[str, str]] = field(default_factory=Counter)
    hidden: Counter[tuple[str, str]] = field(default_factory=Counter)
    others: int = 0
    alarms: int = 0
    alarmed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def recall(self, kinds: tuple[str, ...]) -> float:
        """The part of the planted numbers of these kinds that did not get through."""
        planted = sum(count for (kind, _), count in self.planted.items() if kind in kinds)
        return sum(count for (kind, _), count in self.hidden.items() if kind in kinds) / planted


class Gate:
    """Takes rows of several types as the loader does."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._builders = {name: self._builder(name) for name in TABLES}

    def _builder(self, name: str) -> Builder:
        sheet = Sheet("", Asked(self._catalog, name, publisher={"uscc": PUBLISHER}))
        sheet.begin([Row("", 1, tuple(TABLES[name]))])
        (way,) = sheet.ways
        assert way.builder is not None
        return way.builder

    def of_table(self, name: str, cells: dict[str, Any]) -> tuple[str, bool]:
        """What is kept of a row, and whether anything of it was masked or refused."""
        built = self._builders[name].build(list(cells.values()), Place("", 1))
        kept = masked_cells(cells)
        codes = {one.code for one in built.issues}
        said = [one.to_json() for one in built.issues]
        return _text([built.record, built.sources, said, kept]), bool(codes & CODES) or kept != cells

    def of_json(self, record: dict[str, Any]) -> tuple[str, bool]:
        """The same of a nested record."""
        shown, found = screened_record(record, self._catalog.type(NESTED).fields)
        kept = masked_cells(record)
        return _text([shown, [one.to_json() for one in found], kept]), bool(found) or kept != record


def _text(kept: Any) -> str:
    return orjson.dumps(kept, default=str).decode()


def plain(text: str) -> str:
    """The text without what separates figures, in half width."""
    table = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")
    return re.sub(r"[\s\-.·　－\u200b]", "", text.translate(table)).upper()


def cells_of(name: str, chance: Chance, number: int) -> tuple[dict[str, Any], list[str]]:
    """A row without numbers of persons, and which look-alikes are in it."""
    kinds = chance.sample(list(THINGS), 3)
    some = [THINGS[kind](chance) for kind in kinds]
    parcel = f"{region(chance)}{day(chance)}{digits(chance, 4)}"
    cells: dict[str, Any] = dict.fromkeys(TABLES[name])
    cells |= {"备注": "，".join(some[:2]), "内部列": some[2], "公开时间": "2024-06-18"}
    if name == "land/grant-result":
        cells |= {
            "电子监管号": f"{region(chance)}2024B{digits(chance, 5)}", "宗地编号": parcel, "土地坐落": f"昆明市示例区示例街道{number}号",
            "土地面积(平方米)": f"{chance.randrange(10**6)}.{digits(chance, 2)}", "成交价格(元)": f"{chance.randrange(10**6, 10**10)}",
            "受让人": f"云南示例{number}有限公司", "成交日期": "2024-06-01",
        }  # fmt: skip
    else:
        cells |= {
            "项目编号": parcel, "项目名称": f"示例项目{number}", "中标供应商": f"云南示例{number}有限公司", "采购人": "示例局",
            "中标供应商统一社会信用代码": PUBLISHER, "中标金额(元)": f"{chance.randrange(10**5, 10**9)}.00",
        }  # fmt: skip
    return cells, kinds


def nested_of(chance: Chance, text: str, other: str) -> dict[str, Any]:
    """A nested record with a text somewhere in it, and another beside it."""
    lot: dict[str, Any] = {
        "parcelNumber": f"KC{digits(chance, 6)}",
        "transferee": {"name": "云南示例有限公司"},
    }
    record: dict[str, Any] = {"title": "示例公告", "lots": [lot], "remark": other}
    place = chance.randrange(4)
    if place == 0:
        record["remark"] = text
    elif place == 1:
        lot["parcelLocation"] = text
    elif place == 2:
        lot["transferee"]["name"] = text
    else:
        record["documents"] = [{"title": "示例附件", "text": text}]
    return record


def run(catalog: Catalog, rows: int, planted: int, seed: int) -> Result:
    """Take so many rows, so many of them with a number of a person."""
    chance, gate, result = Chance(seed), Gate(catalog), Result()
    chosen = set(chance.sample(range(rows), planted))
    weights = [30, 20, 20, 8, 6, 5, 5, 6]
    for number in range(rows):
        name = chance.choice([*TABLES, ""])
        cells, kinds = cells_of(name or NESTED, chance, number)
        if number not in chosen:
            other = (cells["备注"], cells["内部列"])
            kept, alarm = gate.of_table(name, cells) if name else gate.of_json(nested_of(chance, *other))
            result.others += 1
            result.alarms += alarm
            for kind in kinds if alarm else ():
                result.alarmed[kind] += 1
                result.examples[kind].append(" ".join(re.findall(r"[^*]{0,30}\*{3,}.{0,6}", kept)))
            continue
        (kind,) = chance.choices(list(MAKERS), weights)
        value = MAKERS[kind](chance)
        text, form = dressed(value, kind, chance)
        if name:
            place = chance.choice(PLACES[name])
            cells[place] = text
            kept, _ = gate.of_table(name, cells)
            form = f"{form}" if "信用代码" not in place else f"{form}, credit-code column"
        else:
            kept, _ = gate.of_json(nested_of(chance, text, cells["内部列"]))
        gone = plain(value) not in plain(kept)
        result.planted[kind, form] += 1
        result.hidden[kind, form] += gone
        if not gone:
            result.examples[f"missed {kind}, {form}"].append(text)
    return result


def lines(result: Result) -> Iterator[str]:
    """The result as a table."""
    yield f"{'kind':16}{'planted':>9}{'masked':>9}{'recall':>10}"
    for kind in MAKERS:
        count = sum(n for (one, _), n in result.planted.items() if one == kind)
        if count:
            hidden = sum(n for (one, _), n in result.hidden.items() if one == kind)
            yield f"{kind:16}{count:9,}{hidden:9,}{hidden / count:10.4f}"
    yield f"with a check digit: {result.recall(CHECKED):.4f}; all: {result.recall(tuple(MAKERS)):.4f}"
    yield f"false alarms: {result.alarms} of {result.others:,} rows, {result.alarms / max(result.others, 1):.4%}"
    for kind, count in result.alarmed.most_common(8):
        yield f"  {kind:28}{count:5}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--planted", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", action="store_true", help="show what was missed or masked wrongly")
    asked = parser.parse_args()
    result = run(Catalog.load(), asked.rows, asked.planted, asked.seed)
    print("\n".join(lines(result)))
    if asked.examples:
        for kind, texts in result.examples.items():
            print(kind, len(texts), *texts[:4], sep="\n    ")


if __name__ == "__main__":
    main()
