"""The disclosure catalogue (公开事项目录): what has to be public, when, how, by whom, under whose eyes.

One matter for each type, in the order of the policy: as values for programs (`schemas/catalogue/1.0.json` is their
schema), as rows for a spreadsheet.
"""

from collections.abc import Iterator
from typing import Any, Literal

from publish.wording import deadline
from schemas import policy
from schemas.catalog import NAMESPACE, Catalog, Disclosure
from schemas.policy import Body, Item, Matter, Provision

Language = Literal["zh", "en"]
SCHEMA = f"{NAMESPACE}catalogue/1.0.json"

COLUMNS: dict[Language, tuple[str, ...]] = {
    "zh": (
        "条款", "领域", "公开事项", "内容要素", "公开时限", "时限依据", "公开方式", "牵头单位", "责任单位", "监督渠道",
        "异议、投诉、救济途径(公开内容中)", "意见原文", "环节", "类型", "版本", "模式", "说明页", "模板", "GraphQL 类型",
    ),
    "en": (
        "Clause", "Domain", "Matter", "Contents", "Deadline", "Basis of the deadline", "Channels", "Lead departments",
        "Responsible bodies", "Supervision", "Objection, complaint and remedy (in the record)", "Wording of the opinions",
        "Stage", "Type", "Version", "Schema", "Page", "Template", "GraphQL type",
    ),
}  # fmt: skip
# Widths of the columns in a workbook, in characters.
WIDTHS = (8, 18, 26, 50, 26, 40, 36, 24, 36, 36, 32, 50, 10, 30, 8, 30, 30, 30, 28)


def matters(catalog: Catalog) -> Iterator[tuple[Matter, Disclosure]]:
    """The matters of the policy, each with its type in the newest version."""
    for type, matter in catalog.policy.matters.items():
        if type in catalog.types:
            yield matter, catalog.types[type]


def catalogue(catalog: Catalog) -> dict[str, Any]:
    """The whole catalogue as values."""
    return {
        "schema": SCHEMA,
        "title": "公共资源配置领域政府信息主动公开目录",
        "titleEn": "Catalogue of government information to be disclosed in public resource allocation",
        "policy": {"title": policy.TITLE, "titleEn": policy.TITLE_EN, "date": policy.DATED},
        "matters": [_matter(matter, disclosure, catalog) for matter, disclosure in matters(catalog)],
    }


def rows(catalog: Catalog, language: Language) -> Iterator[tuple[str, ...]]:
    """The catalogue as a table in one language, its headings first. What only the opinions say stays Chinese."""
    yield COLUMNS[language]
    en = language == "en"
    title = "titleEn" if en else "title"
    name = "nameEn" if en else "name"
    for one in catalogue(catalog)["matters"]:
        yield (
            one["clause"], one["domainTitleEn" if en else "domainTitle"], one[title],
            "、".join(item["wording"] for item in one["contents"]),
            "\n".join(rule["textEn" if en else "text"] for rule in one["deadlines"]),
            "\n".join(rule["basisEn" if en else "basis"] for rule in one["deadlines"]),
            "\n".join(channel[title] for channel in one["channels"]),
            "\n".join(body[name] for body in one["leadDepartments"]),
            "\n".join(body[name] for body in one["responsibleBodies"]),
            "\n".join(way[title] for way in one["supervision"]),
            "\n".join(f"{item['wording']} ({', '.join(item['properties'])})" for item in one["complaints"]),
            one["wording"], one["stageTitleEn" if en else "stageTitle"], one["type"], one["version"],
            one["schemaId"], one["page"], one["templates"][0], one["graphqlType"],
        )  # fmt: skip


def _matter(matter: Matter, disclosure: Disclosure, catalog: Catalog) -> dict[str, Any]:
    domain = catalog.codelists["domain"].codes[disclosure.domain]
    stage = catalog.codelists["stage"].codes[disclosure.stage]
    return {
        "clause": matter.clause, "section": matter.section, "sectionEn": matter.section_en,
        "domain": domain.code, "domainTitle": domain.title, "domainTitleEn": domain.title_en,
        "type": disclosure.type, "version": disclosure.version,
        "title": disclosure.title, "titleEn": disclosure.title_en,
        "stage": stage.code, "stageTitle": stage.title, "stageTitleEn": stage.title_en,
        "wording": matter.wording,
        "contents": [_content(item, disclosure) for item in matter.items],
        "deadlines": _deadlines(disclosure, catalog),
        "channels": [_provision(channel) for channel in matter.channels],
        "leadDepartments": [_body(body) for body in matter.lead],
        "responsibleBodies": [_body(body) for body in matter.responsible],
        "supervision": [_provision(way) for way in catalog.policy.supervision],
        "complaints": [_content(item, disclosure) for item in matter.complaints],
        "schemaId": str(disclosure.schema["$id"]),
        "schema": f"/schemas/{disclosure.name}.json",
        "page": f"/standard/{disclosure.type}",
        "templates": [f"/templates/{disclosure.type}.xlsx", f"/templates/{disclosure.type}.csv"],
        "graphqlType": disclosure.graphql_name, "graphqlCollection": disclosure.collection,
    }  # fmt: skip


def _content(item: Item, disclosure: Disclosure) -> dict[str, Any]:
    carriers = [field.dotted for field in disclosure.walk() if item.number in field.clause]
    return {"item": item.number, "wording": item.wording, "properties": carriers}


def _deadlines(disclosure: Disclosure, catalog: Catalog) -> list[dict[str, Any]]:
    """The rules as the schema writes them, each with its sentence."""
    sentences = [deadline(rule, disclosure, catalog) for rule in disclosure.deadlines]
    written = disclosure.schema["deadlines"]
    return [{"text": zh, "textEn": en, **rule} for (zh, en), rule in zip(sentences, written, strict=True)]


def _provision(provision: Provision) -> dict[str, str]:
    return {
        "code": provision.code, "title": provision.title, "titleEn": provision.title_en,
        "section": provision.section, "sectionEn": provision.section_en,
    }  # fmt: skip


def _body(body: Body) -> dict[str, str]:
    return {"name": body.name, "nameEn": body.name_en}
