"""Codes and texts of a synthetic record, by codelist, name and title."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cli.synthetic.limits import Limits
from cli.synthetic.scene import Scene
from cli.synthetic.text import BOUNDARIES, OFFICES, PEOPLE, PROSE, ROOT, SHORT, UNITS
from schemas.catalog import Catalog
from schemas.field import Field
from schemas.release import DRAFT
from schemas.spelling import words

Make = Callable[[Scene], Any]
_USCC = "^[0-9A-HJ-NPQRTUWXY]{18}$"
_OWN_RECORD = re.compile(r"20\d\d|昆明|呈贡|KM|〔|第[一二三]")  # what ties a sample's words to its own record
_FIGURE = re.compile(r"\d")
_NUMBER = re.compile(r"(编号|文号|号码|代码|案号|证号|序号|号)$")
_PLACE = re.compile(r"(地点|地址|位置|坐落|场所)$")
_ENTITY = re.compile(r"单位|企业|机构|公司|工作单位")
_SHORT, _BRIEF = 500, 24


def code_maker(field: Field, catalog: Catalog) -> Make:
    """How codes of a property are made: the process's own where it has one, else the list's first ones most.

    Only codes that every type may use: a process remembers its code from record to record, of whatever version.
    """
    by_fact = _FACTS.get(str(field.codelist))
    codelist = catalog.codelists.get(str(field.codelist))
    there = codelist.codes.values() if codelist else ()
    released = (one.release for one in catalog.types.values() if one.release.released is not None)
    earliest = min(released, key=lambda one: one.released or date.max, default=DRAFT)
    codes = [code.code for code in there if code.valid_to is None and earliest.has(code)]
    if not codes:
        return (lambda scene: "other") if field.open_codelist else (lambda scene: None)
    known = frozenset(codes)

    def pick(scene: Scene) -> Any:
        if by_fact is not None:
            fact = by_fact(scene)
            if fact in known:
                return fact
        skew = scene.draw()
        return codes[int(len(codes) * skew * skew * skew)]

    return pick


def _outcome(scene: Scene) -> str:
    if scene.lot is not None and scene.process.outcome == "awarded":
        return "failed" if scene.lot.failed else "awarded"
    return scene.process.outcome


_CATEGORIES = (("服务", "services"), ("工程", "works"), ("", "goods"))
_MEDICINES = (
    ("疫苗", "vaccine"), ("支架", "consumable"), ("关节", "consumable"), ("耗材", "consumable"),
    ("系统", "equipment"), ("设备", "equipment"), ("", "drug"),
)  # fmt: skip


def _first_word(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next(code for word, code in table if word in text)


_FACTS: Mapping[str, Callable[[Scene], str]] = {
    "region": lambda scene: scene.process.place.code,
    "level": lambda scene: scene.process.publisher.place.level,
    "currency": lambda scene: "CNY",
    "domain": lambda scene: scene.process.domain,
    "outcome": _outcome,
    "land-supply-method": lambda scene: "listing" if scene.draw() < 0.7 else "",
    "procurement-category": lambda scene: _first_word(_CATEGORIES, scene.process.project),
    "medicine-category": lambda scene: _first_word(
        _MEDICINES, scene.item.name if scene.item else scene.process.project
    ),
    "land-use": lambda scene: (
        "" if scene.count > 1 and scene.ordinal else (scene.lot or scene.lots[0]).land_use
    ),
}


# What a lot or an item is already settled to be, by the column that takes it.
_SETTLED: Mapping[str, Make] = {
    "title": lambda scene: (scene.lot or scene.lots[0]).title,
    "location": lambda scene: (scene.lot or scene.lots[0]).location,
    "name": lambda scene: scene.item.name if scene.item else None,
    "specification": lambda scene: scene.item.specification if scene.item else None,
    "unit": lambda scene: scene.item.unit if scene.item else None,
    "quantity": lambda scene: scene.item.quantity if scene.item else 1,
}


def settled_maker(field: Field, limits: Limits) -> Make | None:
    """What the lot or item around a property already says of it, None where it says nothing."""
    make = _SETTLED.get(str(field.column))
    if field.name == "lotNumber" and field.column == "number":
        make = _ordinal
    if make is None:
        return None
    told: Make = make

    def fitted(scene: Scene) -> Any:
        value = told(scene)
        if isinstance(value, str):
            return limits.fit(value)
        return None if value is None else min(max(value, limits.minimum), limits.maximum)

    return fitted


def _ordinal(scene: Scene) -> str:
    return str(scene.ordinal + 1)


def text_maker(field: Field, limits: Limits, examples: list[Any]) -> Make | None:
    """How texts of a property are made; None where nothing is known that its pattern allows."""
    if field.name == "uscc" or limits.pattern == _USCC:
        return lambda scene: scene.world.company(scene.process.domain, scene.draw)["uscc"]
    if limits.pattern is not None:
        fitting = [str(one) for one in examples if re.search(str(limits.pattern), str(one))]
        return _choice(tuple(fitting)) if fitting else None
    make = _named(field) or _prose(field, limits, examples)
    fit = limits.fit
    return lambda scene: fit(make(scene))


def is_number(field: Field) -> bool:
    """Whether a text is a number that a person wrote; those are made of the process's own, not remembered."""
    return field.kind == "text" and (
        words(field.name)[-1] in ("number", "code") or bool(_NUMBER.search(field.title))
    )


def _named(field: Field) -> Make | None:
    """Makers for what a name or title tells: a person, a phone, a number, a place, an organization, a unit."""
    last = words(field.name)[-1]
    title = field.title
    if "phone" in field.personal or last in ("phone", "telephone") or "电话" in title:
        return lambda scene: f"0871-6000{int(10_000 * scene.draw()):04d}"
    if "name" in field.personal or title in ("姓名", "联系人"):
        return _choice(PEOPLE)
    if is_number(field):
        prefix = "".join(word[0] for word in words(field.name)).upper()
        return lambda scene: f"{prefix}{scene.process.dates['notice'].year}-{scene.number}"
    if last in ("place", "address", "location", "venue") or _PLACE.search(title):
        return lambda scene: f"{scene.process.place.name}示例路{int(200 * scene.draw()) + 1}号示例大厅"
    if last == "employer" or (last in ("name", "organization") and _ENTITY.search(title)):
        return lambda scene: scene.world.company(scene.process.domain, scene.draw)["name"]
    if last == "name" and "项目" in title:
        return lambda scene: scene.process.project
    if last == "title":
        return lambda scene: scene.process.project + title.removesuffix("名称")
    if last == "name":
        stem = title.removesuffix("名称")
        return _choice(tuple(f"示例{stem}{sign}" for sign in "甲乙丙丁"))
    if last == "unit":
        return _choice(UNITS)
    if title == "四至":
        return lambda scene: "东至{},南至{},西至{},北至{}".format(
            *(BOUNDARIES[(int(5 * scene.draw()) + side) % 5] for side in range(4))
        )
    return None


def _prose(field: Field, limits: Limits, examples: list[Any]) -> Make:
    """Sentences: the sample's own where they tell nothing of its record, and general ones about the project."""
    own = [
        one for one in map(str, examples)
        if len(one) <= limits.max_length and not _OWN_RECORD.search(one)
        and not (len(one) > _BRIEF and _FIGURE.search(one))
    ]  # fmt: skip
    brief = max(map(len, own)) <= _BRIEF if own else limits.max_length <= _SHORT
    general = [one.replace("{title}", field.title) for one in (SHORT if brief else PROSE)]
    pool = tuple(own * 3 + general[:1] if own and brief else own * 3 + general)

    def make(scene: Scene) -> str:
        text = pool[int(len(pool) * scene.draw())]
        if "{" in text:
            process = scene.process
            text = text.replace("{project}", process.project).replace("{place}", process.place.name)
            text = text.replace("{buyer}", process.buyer["name"])
        return text

    return make


def person(scene: Scene) -> dict[str, str]:
    """A contact and how to reach it."""
    draw = scene.draw
    return {
        "contactPerson": OFFICES[int(len(OFFICES) * draw())],
        "phone": f"0871-6000{int(10_000 * draw()):04d}",
    }


def url_maker(folder: str, suffix: str) -> Make:
    """Addresses of files that do not exist, under the one address of synthetic records."""
    return lambda scene: f"{ROOT}/{folder}/{scene.local_id}-{scene.ordinal + 1}{suffix}"


def _choice(pool: tuple[str, ...]) -> Make:
    return lambda scene: pool[int(len(pool) * scene.draw())]
