"""The shared definitions in a synthetic record: who stands where an organization does, documents, parties."""

from collections.abc import Callable, Mapping
from typing import Any

from cli.synthetic.limits import Limits
from cli.synthetic.money import money_maker
from cli.synthetic.scene import Scene
from cli.synthetic.text import PEOPLE, POSITIONS
from cli.synthetic.values import person, url_maker
from cli.synthetic.world import CANDIDATES, WINNERS
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

Make = Callable[[Scene], Any]
Organization = Mapping[str, str]
_BODIES = {
    "authority": "示例公共资源监督管理局",
    "reviewBody": "示例公共资源监督管理局",
    "approver": "示例人民政府",
    "tradingPlatform": "示例公共资源交易中心",
    "funder": "示例财政局",
}
_NAMELESS_CODE = 0.04
_RELATIONS = {"correction": "corrects", "termination": "terminates"}


def organization_maker(field: Field) -> Make:
    """How organizations of a property are made: by its role the process's own, else some company."""
    whole = field.role in ("buyer", "procuringEntity", "transferor")
    public = field.role == "publisher"

    def make(scene: Scene) -> Any:
        several = _standing(field.role, scene)
        made = [_told(one, scene, whole=whole, public=public) for one in several]
        if field.many:
            return made or None
        return made[0] if made else None

    return make


def _standing(role: str | None, scene: Scene) -> list[Organization]:
    """Who has a role in the place of a record where the scene is."""
    process = scene.process
    if role in WINNERS:
        if scene.item is not None and scene.lot is None:
            return [scene.item.company]
        lots = [scene.lot] if scene.lot else [lot for lot in scene.lots if not lot.failed] or scene.lots[:1]
        winners = [lot.candidates[0].organization for lot in lots]
        return list({one["uscc"]: one for one in winners}.values())
    if role in CANDIDATES:
        lot = scene.lot or scene.lots[0]
        return (
            [scene.candidate.organization]
            if scene.candidate
            else [one.organization for one in lot.candidates]
        )
    if role == "buyer":
        return [process.buyer]
    if role == "procuringEntity":
        return [process.agency]
    if role in ("publisher", "transferor", "concessionGrantor"):
        return [process.publisher.organization]
    if role in _BODIES:
        title = _BODIES[role]
        return [scene.world.body(process.place, title, 60_000 + sum(map(ord, title)) % 1_000)]
    known: Organization | None = scene.memo.get(("organization", role))
    if known is None:
        known = scene.memo["organization", role] = scene.world.company(process.domain, scene.draw)
    return [known]


def _told(one: Organization, scene: Scene, *, whole: bool, public: bool) -> dict[str, str]:
    """As much of an organization as a record tells."""
    if whole:
        return dict(one)
    made = {"name": one["name"], "uscc": one["uscc"]}
    if public:
        return made
    chance = scene.draw()
    if chance < _NAMELESS_CODE:
        del made["uscc"]
    elif chance > 0.5 and "address" in one:
        made["address"] = one["address"]
    return made


def definition_maker(
    field: Field, disclosure: Disclosure, catalog: Catalog, limits: Mapping[tuple[str, ...], Limits]
) -> Make | None:
    """How one object of a shared definition is made, None for a definition that is built from its properties."""
    amount = limits.get((*field.path, "amount"), Limits())
    early = disclosure.stage in ("planning", "notice")
    makers: Mapping[str, Callable[[], Make]] = {
        "money": lambda: money_maker(field, amount, early=early),
        "unitPrice": lambda: money_maker(field, amount, early=early),
        "organization": lambda: organization_maker(field),
        "project": lambda: lambda s: {"name": s.process.project, "number": f"SYNXM{s.process.tag}"},
        "contact": lambda: person,
        "person": lambda: _expert,
        "document": lambda: _document(catalog),
        "party": lambda: _party,
        "relation": lambda: _relation(disclosure, catalog),
        "withheld": lambda: _withheld(disclosure, catalog),
    }
    found = makers.get(str(field.definition))
    return found() if found else None


def _expert(scene: Scene) -> dict[str, str]:
    draw = scene.draw
    return {
        "personName": PEOPLE[int(len(PEOPLE) * draw())],
        "employer": f"{scene.process.place.name}示例单位",
        "position": POSITIONS[int(len(POSITIONS) * draw())],
    }


def _document(catalog: Catalog) -> Make:
    codes = list(catalog.codelists["document-type"].codes.values())
    address = url_maker("files", ".pdf")

    def make(scene: Scene) -> dict[str, Any]:
        draw = scene.draw
        skew = draw()
        code = codes[int(len(codes) * skew * skew * skew)]
        return {
            "documentType": code.code,
            "title": code.title,
            "url": address(scene),
            "mediaType": "application/pdf",
            "size": 20_000 + int(4_000_000 * draw()),
        }

    return make


def _party(scene: Scene) -> Any:
    """One of the first lot's unsuccessful tenderers."""
    lot = scene.lots[0]
    rank = 1 + scene.ordinal % (len(lot.candidates) - 1) if len(lot.candidates) > 1 else 0
    candidate = lot.candidates[rank]
    return {
        "partyRole": "tenderer",
        "organization": _told(candidate.organization, scene, whole=False, public=False),
        "rank": rank + 1,
        "offer": {"amount": candidate.price, "currency": "CNY"},
    }


def _relation(disclosure: Disclosure, catalog: Catalog) -> Make:
    kind = _RELATIONS.get(disclosure.stage)
    if kind is None or kind not in catalog.codelists["relation"].codes:
        return lambda scene: None
    return lambda scene: {"relationType": kind, "disclosureId": scene.previous} if scene.previous else None


def _withheld(disclosure: Disclosure, catalog: Catalog) -> Make:
    paths = [field.dotted for field in disclosure.walk() if field.is_money or field.role]
    reasons = list(catalog.codelists["withheld-reason"].codes)
    return lambda scene: {
        "property": paths[int(len(paths) * scene.draw())],
        "withheldReason": reasons[int(len(reasons) * scene.draw())],
        "basis": "《中华人民共和国政府信息公开条例》(示例)",
    }
