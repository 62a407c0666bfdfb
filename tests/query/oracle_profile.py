"""What an organization did, counted once more in plain Python over plain rows; matching; unit prices.

The roles that face each other are said again here, not read from `schemas/sides.csv`.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_FLOOR, Decimal
from functools import cache
from statistics import median
from typing import Any

from opencc import OpenCC

from schemas.formercode import former_code
from schemas.parties import is_person
from schemas.uscc import is_valid, normalize
from tests.query.reference import Orders, Row, Thing

Given = Mapping[str, Any]
TAKERS = ("supplier", "contractor", "transferee", "concessionaire")
BIDDERS = ("tenderer", "awardCandidate")
SUBJECTS = ("respondent", "creditSubject")
ACROSS = {("supplier", "buyer"), ("contractor", "buyer"), ("transferee", "transferor"),
          ("concessionaire", "concessionGrantor"), ("respondent", "complainant")} | {
    (bidder, giver) for bidder in BIDDERS for giver in ("buyer", "transferor", "concessionGrantor")
}  # fmt: skip
MOST: Orders = (("disclosures", True),)
# field of Organization → (kind of its rows, order when none is asked for)
LISTS: Mapping[str, tuple[str, Orders]] = {
    "roles": ("organization_role", MOST),
    "domains": ("organization_domain", MOST),
    "years": ("organization_year", (("place", True),)),
    "names": ("organization_name", MOST),
    "processes": ("organization_process", (("recency", True),)),
    "counterparties": ("counterparty", MOST),
    "coBidders": ("co_bidder", (("processes", True), ("disclosures", True))),
}
MATCHED: Orders = (("place", False), ("disclosures", True))


def rows(oracle: Any, field: str, organization: str, wanted: Any) -> list[Row]:
    """The rows of a list of an organization's profile, over the disclosures that meet a filter."""
    made: Callable[[Any, str, Any], list[Row]] = {
        "roles": _roles, "domains": _domains, "years": _years, "names": _names, "processes": _processes,
        "counterparties": _counterparties, "coBidders": _co_bidders,
    }[field]  # fmt: skip
    return made(oracle, organization, wanted)


def page(field: str) -> Any:
    """The resolver of such a list."""
    kind, default = LISTS[field]

    def resolve(oracle: Any, source: Thing, given: Given) -> Thing:
        others = {name: value for name, value in given.items() if name != "filter"}
        found = rows(oracle, field, source.row["id"], given.get("filter"))
        made: Thing = oracle.page(kind, found, others, default)
        return made

    return resolve


def _stands(oracle: Any, organization: str, wanted: Any) -> list[tuple[Row, Row]]:
    """Where an organization stands: its row and the disclosure, of those that meet the filter."""
    found = []
    for party in oracle.all("party", "organization_id", organization):
        disclosure = oracle.one("disclosure", "id", party["disclosure_id"])
        if wanted is None or oracle.meets(disclosure, wanted):
            found.append((party, disclosure.row))
    return found


def _added(amounts: Iterable[int | None]) -> int | None:
    known = [one for one in amounts if one is not None]
    return sum(known) if known else None


def _largest(amounts: Iterable[int | None]) -> int | None:
    return max((one for one in amounts if one is not None), default=None)


def _by_role(stands: list[tuple[Row, Row]]) -> dict[tuple[str, str], tuple[int | None, Row]]:
    """(role, disclosure's id) → what stands beside the party in all its lots, and the disclosure."""
    amounts = defaultdict(list)
    where = {}
    for party, disclosure in stands:
        amounts[party["role"], disclosure["id"]].append(party["amount_fen"])
        where[disclosure["id"]] = disclosure
    return {key: (_added(several), where[key[1]]) for key, several in amounts.items()}


def _by_disclosure(stands: list[tuple[Row, Row]]) -> list[tuple[int | None, Row]]:
    several = defaultdict(list)
    where = {}
    for (_, one), (amount, disclosure) in _by_role(stands).items():
        several[one].append(amount)
        where[one] = disclosure
    return [(_largest(amounts), where[one]) for one, amounts in several.items()]


def _figures(counted: Iterable[tuple[int | None, int | None, str | None]]) -> dict[str, Any]:
    """Of (party's amount, record's amount, date) of each disclosure."""
    found = list(counted)
    used = [record if party is None else party for party, record, _ in found]
    return {
        "disclosures": len(found),
        "amount_fen": _added(used),
        "party_fen": _added(party for party, _, _ in found),
        "record_fen": _added(record for party, record, _ in found if party is None),
        "unpriced": used.count(None),
        **_dates(date for _, _, date in found),
    }


def _dates(dates: Iterable[str | None]) -> dict[str, Any]:
    known = [one for one in dates if one is not None]
    return {"first_date": min(known, default=None), "last_date": max(known, default=None)}


def _grouped(counted: Iterable[tuple[Any, int | None, Row]]) -> dict[Any, dict[str, Any]]:
    """The figures by group, of (group, party's amount, disclosure)."""
    groups = defaultdict(list)
    for group, amount, disclosure in counted:
        groups[group].append((amount, disclosure["amount_fen"], disclosure["published_date"]))
    return {group: _figures(several) for group, several in groups.items()}


def _year(disclosure: Row) -> int | None:
    return int(disclosure["published_date"][:4]) if disclosure["published_date"] else None


def _roles(oracle: Any, organization: str, wanted: Any) -> list[Row]:
    found = _by_role(_stands(oracle, organization, wanted))
    groups = _grouped((role, amount, disclosure) for (role, _), (amount, disclosure) in found.items())
    return [{"role": role, **figures} for role, figures in groups.items()]


def _domains(oracle: Any, organization: str, wanted: Any) -> list[Row]:
    found = _by_disclosure(_stands(oracle, organization, wanted))
    groups = _grouped((disclosure["domain"], amount, disclosure) for amount, disclosure in found)
    return [{"domain": domain, **figures} for domain, figures in groups.items()]


def _years(oracle: Any, organization: str, wanted: Any) -> list[Row]:
    stands = _stands(oracle, organization, wanted)
    groups = _grouped(
        (_year(disclosure), amount, disclosure) for amount, disclosure in _by_disclosure(stands)
    )
    parts = _grouped(
        ((_year(disclosure), disclosure["domain"], role), amount, disclosure)
        for (role, _), (amount, disclosure) in _by_role(stands).items()
    )
    return [
        {"year": year, "place": year or 0, **figures, "roles": [
            {"domain": domain, "role": role, **parts[one, domain, role]}
            for one, domain, role in sorted((key for key in parts if key[0] == year), key=lambda key: key[1:])
        ]}
        for year, figures in groups.items()
    ]  # fmt: skip


def _names(oracle: Any, organization: str, wanted: Any) -> list[Row]:
    groups = defaultdict(dict)
    for party, disclosure in _stands(oracle, organization, wanted):
        groups[party["name"]][disclosure["id"]] = disclosure["published_date"]
    return [
        {"name": name, "disclosures": len(found), **_dates(found.values())} for name, found in groups.items()
    ]


def _processes(oracle: Any, organization: str, wanted: Any) -> list[Row]:
    latest: dict[str, int] = {}
    for party, disclosure in _stands(oracle, organization, wanted):
        for link in oracle.all("disclosure_process", "disclosure_id", disclosure["id"]):
            one = link["process_id"]
            latest[one] = max(latest.get(one, 0), party["recency"])
    return [{**oracle.all("process", "id", one)[0], "recency": recency} for one, recency in latest.items()]


def _others(oracle: Any, party: Row) -> list[Row]:
    """Other organizations in the same disclosure that a party meets: in its lot, or where one has none."""
    return [
        other
        for other in oracle.all("party", "disclosure_id", party["disclosure_id"])
        if other["organization_id"] != party["organization_id"]
        and (
            None in (other["lot_ordinal"], party["lot_ordinal"])
            or other["lot_ordinal"] == party["lot_ordinal"]
        )
    ]


def _counterparties(oracle: Any, organization: str, wanted: Any) -> list[Row]:
    # (other, disclosure, role, other's role) → the taker's rows with their amounts
    pairs: dict[tuple[str, str, str, str], dict[int, int | None]] = defaultdict(dict)
    where = {}
    for party, disclosure in _stands(oracle, organization, wanted):
        for other in _others(oracle, party):
            roles = (party["role"], other["role"])
            if roles in ACROSS or roles[::-1] in ACROSS:
                taker = party if party["role"] in TAKERS else other
                amount = taker["amount_fen"] if taker["role"] in TAKERS else None
                pairs[other["organization_id"], disclosure["id"], *roles][taker["ordinal"]] = amount
                where[disclosure["id"]] = disclosure
    of_pair = defaultdict(list)
    of_other: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for (other_id, one, role, other_role), taken in pairs.items():
        deal = role in TAKERS or other_role in TAKERS
        record = where[one]["amount_fen"] if deal else None
        counted = (_added(taken.values()), record, where[one]["published_date"])
        of_pair[other_id, role, other_role].append(counted)
        of_other[other_id][one].append(counted)
    made = []
    for other_id, disclosures in of_other.items():
        whole = [
            (_largest(a for a, _, _ in several), _largest(r for _, r, _ in several), several[0][2])
            for several in disclosures.values()
        ]
        roles_of = sorted(key[1:] for key in of_pair if key[0] == other_id)
        parts = [
            {"role": role, "other_role": other, **_figures(of_pair[other_id, role, other])}
            for role, other in roles_of
        ]
        made.append({"other_id": other_id, **_figures(whole), "roles": parts})
    return made


def _won(oracle: Any, process: str, organization: str) -> bool:
    return any(
        party["organization_id"] == organization and party["role"] in TAKERS
        for link in oracle.all("disclosure_process", "process_id", process)
        for party in oracle.all("party", "disclosure_id", link["disclosure_id"])
    )


def _co_bidders(oracle: Any, organization: str, wanted: Any) -> list[Row]:
    together: dict[str, dict[str, Any]] = defaultdict(dict)
    for party, disclosure in _stands(oracle, organization, wanted):
        if party["role"] in BIDDERS:
            for other in _others(oracle, party):
                if other["role"] == party["role"]:
                    together[other["organization_id"]][disclosure["id"]] = disclosure["published_date"]
    made = []
    for other_id, disclosures in together.items():
        processes = {
            link["process_id"]
            for one in disclosures
            for link in oracle.all("disclosure_process", "disclosure_id", one)
        }
        made.append(
            {
                "other_id": other_id,
                "disclosures": len(disclosures),
                "processes": len(processes),
                "wins": sum(_won(oracle, one, organization) for one in processes),
                "other_wins": sum(_won(oracle, one, other_id) for one in processes),
                **_dates(disclosures.values()),
            }
        )
    return made


def disclosures(oracle: Any, source: Thing, given: Given) -> Any:
    """`Organization.disclosures`, in any role or in one."""
    roles = None if given.get("role") is None else (given["role"],)
    return _in_roles(oracle, source, given, roles)


def credit_records(oracle: Any, source: Thing, given: Given) -> Any:
    """`Organization.creditRecords`."""
    return _in_roles(oracle, source, given, SUBJECTS)


def _in_roles(oracle: Any, source: Thing, given: Given, roles: tuple[str, ...] | None) -> Any:
    ids = {
        party["disclosure_id"]
        for party in oracle.all("party", "organization_id", source.row["id"])
        if roles is None or party["role"] in roles
    }
    found = [row for row in oracle.rows["disclosure"] if row["id"] in ids]
    return oracle.page("disclosure", found, {name: one for name, one in given.items() if name != "role"})


# names


@cache
def _converter() -> Any:
    return OpenCC("t2s")


@cache
def _simple(letter: str) -> str:
    return str(_converter().convert(letter))


def key_of(name: str) -> str:
    """A name with everything taken off that does not tell organizations apart."""
    made = unicodedata.normalize("NFKC", name)
    for brackets in ("[]", "{}", "〔〕", "【】", "〖〗", "「」", "『』", "《》", "〈〉"):
        made = made.replace(brackets[0], "(").replace(brackets[1], ")")
    folded = "".join(made.split()).casefold()
    return "".join(_simple(letter) if letter > "\u33ff" else letter for letter in folded)[:300]


def _is_matched(row: Row) -> bool:
    return row["uscc"] is not None or not is_person({"name": row["name"]})


def same_name(oracle: Any, source: Thing, given: Given) -> Any:
    """`Organization.sameName`."""
    key = key_of(source.row["name"])
    found = [
        row for row in oracle.rows["organization"]
        if row["id"] != source.row["id"] and _is_matched(row) and _is_matched(source.row) and key_of(row["name"]) == key
    ]  # fmt: skip
    return oracle.page("organization", found, given)


def aliases(oracle: Any, source: Thing, given: Given) -> Any:
    """`Organization.aliases`."""
    found = [row for row in oracle.rows["organization_alias"] if row["organization_id"] == source.row["id"]]
    return oracle.page("organization_alias", found, given)


def match(oracle: Any, _source: Thing, given: Given) -> list[Thing]:
    """`Query.matchOrganizations`."""
    entries = []
    for name in given.get("names") or ():
        note = "PERSON" if is_person({"name": name}) else None
        code = normalize(name)
        entries.append(Thing("asked", {"asked": name, "kind": "NAME", "note": note, "name": name,
                                       "code": code if is_valid(code) else None}))  # fmt: skip
    for text in given.get("codes") or ():
        code = normalize(text)
        note = None if is_valid(code) or former_code(text) else "INVALID_CODE"
        entries.append(
            Thing("asked", {"asked": text, "kind": "CODE", "note": note, "name": None, "code": code})
        )
    return entries


def matches(oracle: Any, source: Thing, given: Given) -> Any:
    """`OrganizationMatch.matches`."""
    found = []
    name, code = source.row["name"], source.row["code"]
    once = {
        row["organization_id"]
        for row in oracle.rows["organization_alias"]
        if code in (row["id"], row["lasting_code"])
    }
    for row in oracle.rows["organization"]:
        by_code = code is not None and row["uscc"] == code
        if code is not None and not by_code and (row["id"] in once or row["lasting_code"] == code):
            parties = oracle.all("party", "organization_id", row["id"])
            found.append({"organization_id": row["id"], "place": 0, "basis": "FORMER_CODE",
                          "disclosures": len({party["disclosure_id"] for party in parties})})  # fmt: skip
        by_name = name is not None and _is_matched(row) and key_of(row["name"]) == key_of(name)
        if by_code or by_name:
            exact = row["name"] == name
            parties = oracle.all("party", "organization_id", row["id"])
            found.append({
                "organization_id": row["id"],
                "place": 0 if by_code else 1 if exact else 2,
                "basis": "CREDIT_CODE" if by_code else "EXACT_NAME" if exact else "NORMALIZED_NAME",
                "disclosures": len({party["disclosure_id"] for party in parties}),
            })  # fmt: skip
    return oracle.page("matched_organization", found, given, MATCHED)


# items


def items(oracle: Any) -> list[Row]:
    """Every item with what it is ordered by."""
    made = []
    for row in oracle.rows["item"]:
        (disclosure,) = oracle.all("disclosure", "id", row["disclosure_id"])
        made.append({**row, "recency": disclosure["recency"], "published_date": disclosure["published_date"]})
    return made


def suppliers(oracle: Any, source: Thing, _given: Given) -> list[Thing]:
    """`Item.suppliers`."""
    return [
        party for party in oracle.parts(source.owner, "party")
        if party.row["role"] in TAKERS
        and (None in (party.row["lot_ordinal"], source.row["lot_ordinal"])
             or party.row["lot_ordinal"] == source.row["lot_ordinal"])
    ]  # fmt: skip


def unit_prices(found: Iterable[Row]) -> list[Row]:
    """The figures of `ItemConnection.prices`."""
    groups = defaultdict(list)
    for row in found:
        if row["unit_price"] is not None:
            groups[row["unit"]].append(row["unit_price"])
    made = []
    for unit, prices in groups.items():
        mean = (Decimal(sum(prices)) / len(prices) + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
        middle = Decimal(median(map(Decimal, prices)))
        made.append({
            "unit": unit, "unit_key": "" if unit is None else f"={unit}", "items": len(prices),
            "minimum": min(prices), "maximum": max(prices), "mean": int(mean), "median": int(middle * 10),
        })  # fmt: skip
    return made
