"""The types around an organization: what it did, with whom, against whom, and how a list of names is matched."""

from collections.abc import Iterator

from query.arguments import PAGING, Argument, disclosure_arguments, filtered
from query.objects import (
    NOTHING,
    Attribute,
    Connected,
    EnumType,
    ObjectType,
    Special,
    connection,
    connection_types,
)
from query.plan import Column, Many, One

_FILTER = Argument("filter", "DisclosureFilter", "只计这些公开信息。Count these disclosures only.")
_ORDER = Argument(
    "orderBy", "SumsOrder", "排序,默认条数多的在前。Order; the most disclosures first by default."
)
_COUNTED = (_FILTER, _ORDER, *PAGING)
_DATED = (_FILTER, *PAGING)
_ROLE = Argument("role", "PartyRole", "它在其中的身份。The role that it has there.")
_MOST = (("disclosures", True),)

ENUMS = (
    EnumType(
        "AliasBasis",
        "为什么是同一个单位。Why they are one organization.",
        (
            ("CODE", "代码中不变的部分相同。The same in the part of its codes that stays."),
            ("PROCESS", "同一过程里名称相同,而该名称只有一个代码。The same name within a process, where only one code has it."),
            ("ACCEPTED", "经人核实。Somebody verified it."),
        ),
    ),
    EnumType(
        "MatchKind",
        "所问的是什么。What was asked for.",
        (("NAME", "名称。A name."), ("CODE", "统一社会信用代码。A credit code.")),
    ),
    EnumType(
        "MatchNote",
        "所问的有什么要注意。What is to be said of what was asked.",
        (
            ("INVALID_CODE", "不是有效的统一社会信用代码:位数、字符或者校验位不对。No valid credit code: length, letters or check digit."),
            ("PERSON", "像自然人的姓名;只有姓名的自然人不按名称匹配。Like a private person's name; persons known by name alone are not matched."),
        ),
    ),
    EnumType(
        "MatchBasis",
        "匹配的依据。What a match rests on.",
        (
            ("CREDIT_CODE", "统一社会信用代码相同。The same credit code."),
            ("FORMER_CODE", "所问的是它以前的代码:以前的信用代码、组织机构代码(信用代码第9至17位)、注册号。What was asked is a code it had: an earlier credit code, an organization code (places 9 to 17 of a credit code), a registration number."),
            ("EXACT_NAME", "名称一字不差;同名不等于同一单位。The same name to the letter; it need not be the same organization."),
            ("NORMALIZED_NAME", "名称在不计全半角、括号样式、空格、大小写、繁简时相同。The same name but for width, brackets, spaces, case, Traditional or Simplified."),
        ),
    ),
)  # fmt: skip


def _figures() -> tuple[Attribute, ...]:
    return (
        Attribute("disclosures", "Int!", Column("disclosures"), "公开信息的条数。How many disclosures."),
        Attribute("amount", "Float", Column("amount_fen", "yuan"), "金额合计(元):有该方自己的金额的用它,没有的用整条的;公告、结果、合同各为一条,要一笔一计请按环节筛选。The sum in yuan: of what stands beside the party, else of the record. Notice, result and contract are a disclosure each: filter by stage to count a deal once."),
        Attribute("partyAmount", "Float", Column("party_fen", "yuan"), "其中该方自己的金额(元)。Of it what stands beside the party, in yuan."),
        Attribute("recordAmount", "Float", Column("record_fen", "yuan"), "其中只有整条金额的(元);几方分享的会各计一次。Of it what only the record says, in yuan; shared among several parties it counts for each."),
        Attribute("unpriced", "Int!", Column("unpriced"), "没有金额的条数。How many have no amount."),
        *_dates(),
    )  # fmt: skip


def _dates() -> tuple[Attribute, ...]:
    return (
        Attribute("firstDate", "Date", Column("first_date"), "最早的发布日期。The first published date."),
        Attribute("lastDate", "Date", Column("last_date"), "最近的发布日期。The last published date."),
    )


def profile_attributes() -> tuple[Attribute, ...]:
    """The fields of `Organization` that lead to what it did."""
    return (
        connection("disclosures", "Disclosure", Connected("organization.disclosures"), "它作为当事人的公开信息。The disclosures to which it is a party.", (_ROLE, *disclosure_arguments("Disclosure"))),
        connection("creditRecords", "Disclosure", Connected("organization.creditRecords"), "以它为对象的名单、处罚、失信行为、处理决定:它的身份是信用主体或者被处理人。Lists, penalties, records of misconduct and decisions that are about it: it is their subject or respondent."),
        connection("processes", "Process", Connected("organization.processes", (("recency", True),)), "它参与的过程,最近的在前。The processes in which it took part, the latest first.", _DATED),
        connection("roles", "OrganizationRole", Connected("organization.roles", _MOST), "按身份的合计。Figures by role.", _COUNTED),
        connection("domains", "OrganizationDomain", Connected("organization.domains", _MOST), "按领域的合计。Figures by domain.", _COUNTED),
        connection("years", "OrganizationYear", Connected("organization.years", (("place", True),)), "按发布年份的合计,最近的在前。Figures by year of publication, the latest first.", _COUNTED),
        connection("names", "OrganizationName", Connected("organization.names", _MOST), "公开信息里它的各种名称。The names under which it appears.", _DATED),
        connection("counterparties", "Counterparty", Connected("organization.counterparties", _MOST), "交易的另一方:供应商的采购人、受让人的出让方等。Who was on the other side: the buyers of a supplier, the transferors of a transferee.", _COUNTED),
        connection("coBidders", "CoBidder", Connected("organization.coBidders", (("processes", True), ("disclosures", True))), "与它同场投标、竞买的单位,同场多的在前。Who bid beside it, the most often first.", _DATED),
        connection("aliases", "OrganizationAlias", Connected("organization.aliases"), "公开信息里它的其他代码,和在各过程里只有名称时的标识;这些标识仍可查到它。Other codes that disclosures give it, and the ids it has where a process gives its name alone; all of them still find it.", PAGING),
        connection("sameName", "Organization", Connected("organization.sameName"), "同名的其他单位(全半角、繁简不计);同名不等于同一单位。自然人没有。Other organizations of its name; they need not be the same. Private persons have none.", filtered("Organization")),
    )  # fmt: skip


def organization_types() -> Iterator[ObjectType]:
    """The nodes of those fields, with their connections."""
    figures = _figures()
    yield ObjectType(
        "OrganizationRole", "一个单位的一种身份。A role of an organization.", (_role(), *figures)
    )
    yield ObjectType(
        "OrganizationDomain", "一个单位的一个领域。A domain of an organization.", (_domain(), *figures)
    )
    yield ObjectType(
        "OrganizationYear",
        "一个单位的一年。A year of an organization.",
        (
            Attribute("year", "Int", Column("year"), "年份;没有发布日期的为 null。The year; null for what has no published date."),
            *figures,
            Attribute("roles", "[OrganizationYearRole!]!", Many("year.roles", NOTHING), "按领域和身份。By domain and role."),
        ),
    )  # fmt: skip
    yield ObjectType(
        "OrganizationYearRole",
        "一个单位一年里在一个领域的一种身份。A role in a domain in a year of an organization.",
        (_domain(), _role(), *figures),
    )
    yield ObjectType(
        "OrganizationName",
        "一个单位的一种名称。A name of an organization.",
        (
            Attribute("name", "String!", Column("name"), "名称。Name."),
            Attribute("disclosures", "Int!", Column("disclosures"), "公开信息的条数。How many disclosures."),
            *_dates(),
        ),
    )
    yield ObjectType(
        "Counterparty",
        "交易的另一方;金额是取得一方的。Who was on the other side; the amounts are the taker's.",
        (
            Attribute("organization", "Organization!", One("counterparty.organization", NOTHING), "另一方。The other side."),
            *figures,
            Attribute("roles", "[CounterpartyRole!]!", Many("counterparty.roles", NOTHING), "双方的身份。The roles of both."),
        ),
    )  # fmt: skip
    yield ObjectType(
        "CounterpartyRole",
        "双方的一对身份。A pair of roles.",
        (_role(), Attribute("counterpartyRole", "PartyRole!", Column("other_role"), "另一方的身份。The other's role."), *figures),
    )  # fmt: skip
    yield ObjectType(
        "CoBidder",
        "同场投标、竞买的单位:在同一标段或者同一条里身份同为投标人或候选人。Who bid beside it: a tenderer or candidate of the same lot or disclosure.",
        (
            Attribute("organization", "Organization!", One("counterparty.organization", NOTHING), "单位。The organization."),
            Attribute("processes", "Int!", Column("processes"), "同场的过程数。In how many processes."),
            Attribute("disclosures", "Int!", Column("disclosures"), "同场的公开信息条数。In how many disclosures."),
            Attribute("wins", "Int!", Column("wins"), "其中本单位成交的过程数。Of these processes, those that this organization won."),
            Attribute("coBidderWins", "Int!", Column("other_wins"), "其中对方成交的过程数。Of these processes, those that the other won."),
            *_dates(),
        ),
    )  # fmt: skip
    yield ObjectType(
        "OrganizationAlias",
        "一个单位的另一个代码或者标识。Another code or id of an organization.",
        (
            Attribute("alias", "ID!", Column("id", prefix="organization:"), "全局标识,查到的是该单位。A global id that finds the organization."),
            Attribute("uscc", "String", Column("uscc"), "统一社会信用代码。Unified social credit code."),
            Attribute("lastingCode", "String", Column("lasting_code"), "组织机构代码或者注册号。Organization code or registration number."),
            Attribute("name", "String!", Column("name"), "名称。Name."),
            Attribute("basis", "AliasBasis!", Column("basis", "upper"), "依据。Why."),
        ),
    )  # fmt: skip
    yield from _matching()
    for name in (
        "OrganizationRole", "OrganizationDomain", "OrganizationYear", "OrganizationName", "Counterparty", "CoBidder",
        "MatchedOrganization", "OrganizationAlias",
    ):  # fmt: skip
        yield from connection_types(name)


def _matching() -> Iterator[ObjectType]:
    yield ObjectType(
        "OrganizationMatch",
        "所问的一个名称或代码,以及匹配到的单位。A name or code that was asked for, and the organizations it matches.",
        (
            Attribute("asked", "String!", Column("asked"), "所问的文字。What was asked."),
            Attribute("kind", "MatchKind!", Column("kind"), "名称还是代码。A name or a code."),
            Attribute("note", "MatchNote", Column("note"), "要注意的。What is to be said of it."),
            connection("matches", "MatchedOrganization", Connected("asked.matches", (("place", False), ("disclosures", True))), "匹配到的单位,依据强的在前。The organizations that match, by the strength of the basis.", PAGING),
        ),
    )  # fmt: skip
    yield ObjectType(
        "MatchedOrganization",
        "匹配到的单位。An organization that matches.",
        (
            Attribute("basis", "MatchBasis!", Column("basis"), "依据。What the match rests on."),
            Attribute("organization", "Organization!", One("matched.organization", NOTHING), "单位。The organization."),
            Attribute("disclosures", "Int!", Column("disclosures"), "它作为当事人的公开信息条数。To how many disclosures it is a party."),
        ),
    )  # fmt: skip


def match_attribute() -> Attribute:
    """`Query.matchOrganizations`."""
    return Attribute(
        "matchOrganizations",
        "[OrganizationMatch!]!",
        Special("match"),
        "一份名单一次匹配:先按 names 的次序,再按 codes 的次序,各为一项,至多 1,000 个。A whole list matched at once: an entry for each of the names, then for each of the codes, 1,000 at most.",
        (
            Argument("names", "[String!]", "单位名称;写成信用代码的按代码匹配。Names; one that is a credit code is matched as a code."),
            Argument("codes", "[String!]", "统一社会信用代码。Credit codes."),
        ),
    )  # fmt: skip


def _role() -> Attribute:
    return Attribute("role", "PartyRole!", Column("role"), "它的身份。Its role.")


def _domain() -> Attribute:
    return Attribute("domain", "Domain!", Column("domain"), "领域。Domain.")
