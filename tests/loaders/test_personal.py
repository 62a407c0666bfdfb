"""Numbers of persons: found by their check digit, masked where they may not stand."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from loaders.personal import CARD, MOBILE, RESIDENT, is_card_number, is_resident_number, mask
from loaders.report import Report
from loaders.screen import screened
from schemas.catalog import Catalog
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


def test_what_names_a_thing_is_no_persons_number(catalog: Catalog) -> None:
    fields = catalog.type("land/grant-result").by_path
    for path in ("localId", "lots.parcelNumber", "project.number", "lots.contractNumber"):
        assert screened(resident(), fields[path]) == (resident(), [])


def test_issues_do_not_show_personal_numbers(check_text: Callable[..., Report]) -> None:
    text = f"宗地编号,成交价,成交日期\n1,100,{resident()}\n2,100,13900000000\n"
    report = check_text(text, type="land/grant-result")
    assert report.refused == 2
    said = str(report.to_json())
    assert resident() not in said
    assert "13900000000" not in said
