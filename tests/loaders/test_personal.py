"""Numbers of persons: found by their check digit, masked where they may not stand."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from loaders.issues import RULES
from loaders.personal import CARD, MOBILE, RESIDENT, is_card_number, is_resident_number, mask
from loaders.report import Report
from loaders.screen import masked, masked_cells, screened
from schemas.catalog import Catalog
from schemas.issue import issue
from schemas.uscc import is_valid


def resident() -> str:
    """A made-up resident identity number with the right check digit."""
    return resident_of(1990)


def resident_of(year: int, before: str = "") -> str:
    """One of somebody born in that year, after some words."""
    return f"{before}{with_check(f'530102{year}0307001')}"


def in_full_width(text: str) -> str:
    """Digits and letters as a Chinese keyboard may write them."""
    return "".join(chr(ord(one) + 0xFEE0) for one in text)


def with_check(start: str) -> str:
    """Seventeen digits with the check that makes them a resident identity number."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return start + "10X98765432"[sum(w * int(d) for w, d in zip(weights, start, strict=True)) % 11]


def test_a_resident_number_needs_province_day_and_check_digit() -> None:
    number = resident()
    assert is_resident_number(number)
    assert not is_resident_number("99" + number[2:])
    assert not is_resident_number(number[:10] + "13" + number[12:])
    assert not is_resident_number(number[:17] + ("0" if number[17] != "0" else "1"))


MASKED: list[tuple[str, str]] = [
    (f"张某{resident()}", "张某530102************"),
    ("电话13900000000、0871-60000001", "电话139****0000、0871-60000001"),
    ("+86 139-0000-0000", "+86 139****0000"),
    ("139****0000", "139****0000"),
    ("电话１３９００００００００", "电话139****0000"),
    ("长１３ 的 20139000000001 不是", "长１３ 的 20139000000001 不是"),
    (f"张某{in_full_width(resident())}", "张某530102************"),
    ("13900000000元", "13900000000元"),
    ("20139000000001", "20139000000001"),
    ("合同号530102202403070012345", "合同号530102202403070012345"),
    ("91530100MA6K00027P", "91530100MA6K00027P"),
    ("账号6222000000000000004", "账号6222***********0004"),
    ("6222 0000 0000 0000 004", "6222***********0004"),
    ("银行卡号:4000000000000002", "银行卡号:4000********0002"),
    # An organization's account, a wrong check digit, Gansu's projects, numbers of things.
    ("保证金账号:4000000000000002", "保证金账号:4000000000000002"),
    ("6222000000000000003", "6222000000000000003"),
    ("项目编号6201022024030712347", "项目编号6201022024030712347"),
    ("D01-12350100MB02709751-20190627-527731-5", "D01-12350100MB02709751-20190627-527731-5"),
    (resident_of(2016, "项目编号"), resident_of(2016, "项目编号")),
    (resident_of(2016, "证件编号"), "证件编号530102************"),
    (resident_of(1990, "项目编号"), "项目编号530102************"),
    ("6201022024B00231", "6201022024B00231"),
    # The number of a line before a credit code has eleven figures with the code's first eight.
    (
        "委托书\n139\n91530100MA6K00027P\n140 91530100MA6K00027P",
        "委托书\n139\n91530100MA6K00027P\n140 91530100MA6K00027P",
    ),
    ("139 00000000MA6K", "139****0000MA6K"),
    # Apart, glued, of other kinds, told by words.
    ("530102 19900307 0016", "530102************"),
    ("5301 0219-9003 0700 16", "530102************"),
    (f"ID{resident()}", "ID530102************"),
    (f"{resident()}13900000000", "530102************139****0000"),
    (f"{resident()}00", "530102**************"),
    ("身份证号：530102900307001", "身份证号：530102*********"),
    ("139.0000.0000", "139****0000"),
    ("13900000000.00", "13900000000.00"),
    ("合同号HT-20240307-13900000000", "合同号HT-20240307-13900000000"),
    ("订单号13900000000", "订单号13900000000"),
    ("电话0871-65550000-13900000000", "电话0871-65550000-139****0000"),
    ("军官证 南字第1234567号", "军官证 南字********号"),
    ("回乡证H12345678", "回乡证H1*******"),
    ("香港居民 A123456(3)", "香港居民 A1********"),
    ("渣土车通行证12345678", "渣土车通行证12345678"),
    ("示例甲,男,汉族,住云南省示例县示例乡示例村3组", "示例甲,男,汉族,住云南省示例县***"),
    ("城镇住宅用地1号地块", "城镇住宅用地1号地块"),
    ("住所：昆明市示例区示例路1号", "住所：昆明市示例区示例路1号"),
]


@pytest.mark.parametrize(("text", "shown"), MASKED)
def test_personal_numbers_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert mask(text)[0] == shown


def test_a_resident_number_that_passes_as_a_credit_code_is_none(catalog: Catalog) -> None:
    uscc = catalog.type("land/grant-result").by_path["transferor.uscc"]
    numbers = [resident_number(random.Random(seed)) for seed in range(3000)]
    credit_codes = [number for number in numbers if is_valid(number)]
    assert credit_codes
    kept = [number for number in credit_codes if screened(number, uscc)[0] == number]
    assert len(kept) < len(credit_codes) / 2
    assert screened("91530100MA6K00027P", uscc) == ("91530100MA6K00027P", [])


def resident_number(chance: random.Random) -> str:
    """Any resident identity number, as made up as it is right."""
    province = chance.choice(["11", "13", "31", "32", "33", "42", "44", "50", "51", "53", "61", "62", "65"])
    born = date(1935, 1, 1) + timedelta(days=chance.randrange(30_000))
    start = f"{province}{chance.randrange(1, 30):02}{chance.randrange(1, 30):02}{born:%Y%m%d}{chance.randrange(1000):03}"
    return with_check(start)


def card_number(chance: random.Random) -> str:
    """Any card number of UnionPay or of ICBC before it, grouped or not."""
    issuer = chance.choice(
        [
            "621226",
            "622202",
            "622848",
            "621700",
            "621661",
            "621483",
            "623058",
            "622908",
            "620522",
            "955880",
            "955888",
        ]
    )
    start = issuer + "".join(
        chance.choices("0123456789", k=chance.choice([9, 12]) if issuer[0] == "6" else 12)
    )
    number = next(start + last for last in "0123456789" if is_card_number(start + last, "卡号"))
    return chance.choice([number, number, " ".join(number[at : at + 4] for at in range(0, len(number), 4))])


def things(chance: random.Random) -> list[str]:
    """Numbers of things that look like numbers of persons."""
    digits = lambda count: "".join(chance.choices("0123456789", k=count))  # noqa: E731
    region = chance.choice(["530114", "620102", "620421", "622901", "441900", "110105"])
    day = f"{chance.randrange(2005, 2027)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    return [
        f"项目编号{region}{day}{digits(chance.choice([2, 4, 5]))}",
        f"电子监管号{region}{day[:4]}B{digits(5)}",
        f"D01-12350100MB02709751-{day}-{digits(6)}-5",
        f"保证金账号{chance.choice('123458')}{digits(chance.choice([11, 14, 16, 17, 18, 20]))}",
        f"流水号{day}{digits(9)}", f"合同号HT-{day}-{digits(3)}", f"投资项目代码2024-{region}-47-03-{digits(6)}",
        f"91{region}MA6K00027P", f"0871-6{digits(7)}", f"400-{digits(3)}-{digits(4)}",
        f"总价{chance.randrange(10**9, 10**11)}元", f"{chance.randrange(10**6)}.{digits(2)}平方米", f"{digits(20)}号",
        f"{region}{day}时点", f"E{region}{digits(13)}",
    ]  # fmt: skip


def planted(rows: int, chance: random.Random) -> Iterator[tuple[str, str, tuple[str, str] | None]]:
    """Rows of text; one in ten has a number of a person in it: the text, the number, its kind."""
    makers = {RESIDENT: resident_number, CARD: card_number, MOBILE: lambda c: f"1{c.choice('3456789')}{c.randrange(10**9):09}"}  # fmt: skip
    for row in range(rows):
        words = chance.sample(things(chance), 4)
        if row % 10:
            yield "，".join(words), "", None
            continue
        kind = chance.choice(list(makers))
        number = makers[kind](chance)
        words.insert(
            chance.randrange(5), chance.choice(["", "联系人示例甲", "收款人示例乙:", "证件号"]) + number
        )
        yield "，".join(words), number, kind


def recall_and_false_alarms(rows: int) -> tuple[dict[str, float], float]:
    """Of a file like that: the part of the planted numbers that is masked, by kind, and the part of the other rows."""
    hits: dict[str, list[bool]] = {}
    alarms: list[bool] = []
    for text, number, kind in planted(rows, random.Random(7)):
        shown, kinds = mask(text)
        if kind is None:
            alarms.append(bool(kinds))
        else:
            hits.setdefault(kind[1], []).append(number not in shown and kind in kinds)
    return {kind: sum(one) / len(one) for kind, one in hits.items()}, sum(alarms) / len(alarms)


def test_planted_numbers_are_found_and_numbers_of_things_are_not() -> None:
    recall, alarms = recall_and_false_alarms(10_000)
    assert recall[RESIDENT[1]] >= 0.995
    assert recall[CARD[1]] >= 0.995
    assert recall[MOBILE[1]] >= 0.99
    assert alarms <= 0.001


def test_a_phone_stays_where_a_phone_belongs(catalog: Catalog) -> None:
    fields = catalog.type("land/grant-result").by_path
    assert screened("13900000000", fields["transferor.phone"]) == ("13900000000", [])
    shown, issues = screened("示例 13900000000", fields["remark"])
    assert (shown, [found.code for found in issues]) == ("示例 139****0000", ["L051"])


def test_a_resident_number_stays_nowhere(catalog: Catalog) -> None:
    fields = catalog.type("land/grant-result").by_path
    for path in ("transferor.phone", "lots.transferee.name", "remark"):
        assert screened(resident(), fields[path])[0] == "530102************"


IDENTIFIERS = ("localId", "lots.parcelNumber", "project.number", "lots.contractNumber")


def test_what_names_a_thing_is_no_persons_number(catalog: Catalog) -> None:
    fields = catalog.type("land/grant-result").by_path
    for path in IDENTIFIERS:
        for number in (resident_of(2016), "13900000000", "6222000000000000004"):
            assert screened(number, fields[path]) == (number, [])


def test_a_resident_number_that_is_to_name_a_thing_is_refused(catalog: Catalog) -> None:
    fields = catalog.type("land/grant-result").by_path
    for path in IDENTIFIERS:
        shown, issues = screened(resident(), fields[path])
        assert shown == "530102************"
        assert [(found.code, found.severity) for found in issues] == [("P020", "error")]


def test_a_resident_number_where_a_number_is_asked_for_is_refused(catalog: Catalog) -> None:
    price = catalog.type("land/grant-result").by_path["lots.price"]
    assert [found.code for found in screened({"amount": int(resident())}, price)[1]] == ["P021"]
    assert screened({"amount": 13900000000}, price) == ({"amount": 13900000000}, [])


# Whatever stands in the column is below a heading that says what it is.
BELOW: list[tuple[str, str, str]] = [
    ("身份证号", "530102900307001", "530102*********"),
    ("身份证号码", "530102199003070019", "530102************"),
    ("护照号码", "E12345678", "E1*******"),
    ("家庭住址", "云南省昆明市示例区示例路1号2栋301室", "云南省昆明市示例区***"),
    ("卡号", "4000000000000003", "4000********0003"),
    ("证件号", "530100100012342", "530100100012342"),
    ("项目编号", resident_of(2016), resident_of(2016)),
]


@pytest.mark.parametrize(("heading", "cell", "shown"), BELOW)
def test_a_heading_tells_what_a_bare_number_is(heading: str, cell: str, shown: str) -> None:
    assert masked_cells({heading: cell}) == {heading: shown}


def test_cells_are_masked_with_their_headings_whatever_their_kind() -> None:
    number = resident()
    cells = {
        f"列{number}": 13900000000.0,
        "嵌套": {number: [int(number), None, True, 1.5]},
        "姓名": "示例甲",
        "地址": "示例小区3栋501室",
    }
    assert masked_cells(cells) == {
        "列530102************": "139****0000", "嵌套": {"530102************": ["530102************", None, True, 1.5]},
        "姓名": "示例甲", "地址": "***",
    }  # fmt: skip


def test_a_number_that_is_cut_off_in_a_message_is_not_shown_in_part() -> None:
    cut = issue(RULES, "L011", title="x", titleEn="x", meant="", meantEn="", value="长" * 65 + resident())
    assert "530102199003" not in str(masked(cut))


def test_issues_do_not_show_personal_numbers(check_text: Callable[..., Report]) -> None:
    text = f"宗地编号,成交价,成交日期\n1,100,{resident()}\n2,100,13900000000\n"
    report = check_text(text, type="land/grant-result")
    assert report.refused == 2
    said = str(report.to_json())
    assert resident() not in said
    assert "13900000000" not in said
