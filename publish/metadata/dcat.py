"""The catalogue of datasets by DCAT-AP 3: a Dataset for everything, each domain and each type, with its distributions.

What the newest edition has of a dataset is a Dataset of its own, a version of the other, whose files have their checksums.

Codes are those of the European vocabularies that the profile asks for; places are ours (GB/T 2260) with GeoNames where it is known.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from publish.datasets.export import FORMATS
from publish.metadata.datasets import (
    ABOUT,
    KEYWORDS,
    LICENCE,
    RIGHTS,
    SITE,
    Dataset,
    Known,
    Words,
    datasets,
    media_type,
)  # fmt: skip
from publish.metadata.graph import Node, iri, literal, typed
from schemas.calendar import moment
from schemas.catalog import Catalog
from store.editions import EVERYTHING, Edition, EditionFile

PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#", "dcat": "http://www.w3.org/ns/dcat#", "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/", "locn": "http://www.w3.org/ns/locn#",
    "owl": "http://www.w3.org/2002/07/owl#", "spdx": "http://spdx.org/rdf/terms#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "skos": "http://www.w3.org/2004/02/skos/core#",
    "geo": "http://www.opengis.net/ont/geosparql#", "vcard": "http://www.w3.org/2006/vcard/ns#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "authority": "http://publications.europa.eu/resource/authority/",
}  # fmt: skip
_AUTHORITY = PREFIXES["authority"]
_SHA256 = f"{PREFIXES['spdx']}checksumAlgorithm_sha256"
_IANA = "https://www.iana.org/assignments/media-types/"
# The themes of the European vocabulary that all of it is about; a domain adds its own.
_THEMES, _OF_DOMAIN = (
    ("GOVE", "ECON"),
    {"medicine": "HEAL", "emissions": "ENVI", "land": "REGI", "mining": "ENER", "housing": "SOCI"},
)
# The vocabulary has no code for SQLite.
_FILE_TYPES = {
    "csv": "CSV",
    "csv.zip": "ZIP",
    "jsonl": "JSON",
    "xlsx": "XLSX",
    "parquet": "PARQUET",
    "parquet.zip": "ZIP",
}
_LABELS: Mapping[str, Words] = {
    "data-theme/GOVE": ("政府和公共部门", "Government and public sector"), "data-theme/ECON": ("经济和金融", "Economy and finance"),
    "data-theme/HEAL": ("健康", "Health"), "data-theme/ENVI": ("环境", "Environment"), "data-theme/REGI": ("区域和城市", "Regions and cities"),
    "data-theme/ENER": ("能源", "Energy"), "data-theme/SOCI": ("人口和社会", "Population and society"),
    "planned-availability/STABLE": ("长期", "stable"),
}  # fmt: skip
_CALLED: Mapping[str, Words] = {
    "csv": ("CSV(主表)", "CSV, the main table"), "csv.zip": ("CSV(全部表)", "CSV, all tables"),
    "jsonl": ("JSON Lines", "JSON Lines"), "xlsx": ("Excel 工作簿", "Excel workbook"), "parquet": ("Parquet(主表)", "Parquet, the main table"),
    "parquet.zip": ("Parquet(全部表)", "Parquet, all tables"), "sqlite": ("SQLite 数据库", "SQLite database"),
}  # fmt: skip
OCDS, GRAPHQL = "https://standard.open-contracting.org/1.1/en/", "https://spec.graphql.org/October2021/"


def called(format: str) -> Words:
    """What a format is called."""
    return _CALLED.get(format, (format, format))


def graph(
    catalog: Catalog, known: Known, edition: Edition | None = None, files: Sequence[EditionFile] = ()
) -> list[Node]:
    """The nodes of the catalogue, with those of the newest edition and its files, which are left out where they are gone."""
    found = list(datasets(catalog))
    site = known.site
    nodes = [_publisher(site), _contact(site), *_services(site)]
    for dataset in found:
        own = _dataset(dataset, catalog, known)
        nodes.append(own)
        for format in FORMATS:
            file = dataset.file(format)
            nodes.append(_distribution(dataset.title, dataset.page, file, format, site))
        left = [one for one in files if one.dataset == dataset.path and one.gone is None]
        if edition and left:
            version, *distributions = _version(dataset, edition, left, site)
            own["dcat:hasVersion"] = iri(version["@id"])
            nodes += [version, *distributions, iri(f"{site}{_held(dataset, edition)}", "foaf:Document")]
    told = [one["@id"] for one in nodes if one["@type"] == "dcat:Dataset"]
    places = {code for dataset in found for code in known.of(dataset.path).regions}
    nodes += [_place(code, catalog, site) for code in sorted(places)]
    return [_catalogue(told, known), *nodes, *_named(site, found)]


def _catalogue(told: list[str], known: Known) -> Node:
    site = known.site
    return {
        "@id": f"{site}/catalog", "@type": "dcat:Catalog",
        "dct:title": _both(SITE), "dct:description": _both(ABOUT), "dct:publisher": iri(f"{site}/#publisher"),
        "dct:license": iri(LICENCE), "dct:language": _languages(), "foaf:homepage": iri(f"{site}/"),
        "dcat:themeTaxonomy": iri(f"{_AUTHORITY}data-theme"), **_modified(known),
        "dct:spatial": [iri(_region(site, code)) for code in known.of(EVERYTHING).regions],
        "dcat:dataset": [iri(one) for one in told],
        "dcat:service": [iri(f"{site}/graphql#service"), iri(f"{site}/ocds/#service")],
    }  # fmt: skip


def _dataset(dataset: Dataset, catalog: Catalog, known: Known) -> Node:
    site, facts = known.site, known.of(dataset.path)
    parts = [one for one in datasets(catalog) if _is_part(one, dataset)]
    made = {
        **_described(dataset, dataset.title, facts.records, dataset.page, site),
        "@id": _id(dataset, site), "dct:identifier": dataset.path, "dcat:version": str(known.version), **_modified(known),
        "dct:accrualPeriodicity": iri(f"{_AUTHORITY}frequency/IRREG"),
        "dcat:distribution": [iri(f"{site}{dataset.file(format)}#distribution") for format in FORMATS],
    }  # fmt: skip
    if dataset.disclosure:
        made["foaf:page"] = iri(f"{site}/standard/{dataset.path}")
    if parts:
        made["dct:hasPart"] = [iri(_id(one, site)) for one in parts]
    if facts.regions:
        made["dct:spatial"] = [iri(_region(site, code)) for code in facts.regions]
    if facts.since and facts.until:
        made["dct:temporal"] = {
            "@type": "dct:PeriodOfTime", "dcat:startDate": typed(facts.since.isoformat(), "xsd:date"),
            "dcat:endDate": typed(facts.until.isoformat(), "xsd:date"),
        }  # fmt: skip
    return made


def _version(dataset: Dataset, edition: Edition, files: Sequence[EditionFile], site: str) -> Iterator[Node]:
    """What an edition has of a dataset, then its files; `files` are those that are left."""
    held = _held(dataset, edition)
    title = f"{dataset.title[0]},版次 {edition.name}", f"{dataset.title[1]}, edition {edition.name}"
    yield {
        **_described(dataset, title, files[0].records, held, site),
        "@id": f"{site}{held}#dataset", "dct:identifier": f"{site}{held}", "dcat:version": str(edition.version),
        "dct:isVersionOf": iri(_id(dataset, site)), "dct:issued": typed(moment(edition.made_at), "xsd:dateTime"),
        "dct:accrualPeriodicity": iri(f"{_AUTHORITY}frequency/NEVER"),
        "dcat:distribution": [iri(f"{site}{held}.{one.format}#distribution") for one in files],
    }  # fmt: skip
    for one in files:
        yield {
            **_distribution(title, held, f"{held}.{one.format}", one.format, site),
            "dcat:byteSize": typed(str(one.size), "xsd:nonNegativeInteger"),
            "spdx:checksum": {
                "@type": "spdx:Checksum", "spdx:algorithm": iri(_SHA256),
                "spdx:checksumValue": typed(one.sha256, "xsd:hexBinary"),
            },
        }  # fmt: skip


def _described(dataset: Dataset, title: Words, records: int, page: str, site: str) -> Node:
    """What is said alike of a dataset as it is and of an edition of it."""
    themes = {*_THEMES, *(_OF_DOMAIN[one.domain] for one in dataset.types if one.domain in _OF_DOMAIN)}
    zh, en = dataset.description
    made: Node = {
        "@type": "dcat:Dataset", "dct:title": _both(title),
        "dct:description": _both((f"{zh}共 {records:,} 条。", f"{en} {records:,} records.")),
        "dct:publisher": iri(f"{site}/#publisher"), "dcat:contactPoint": iri(f"{site}/#contact"),
        "dcat:keyword": [literal(word, tag) for pair in (*KEYWORDS, dataset.title) for word, tag in zip(pair, ("zh", "en"), strict=True)],
        "dcat:theme": [iri(f"{_AUTHORITY}data-theme/{one}") for one in sorted(themes)],
        "dct:accessRights": iri(f"{_AUTHORITY}access-right/PUBLIC"), "dct:language": [iri(f"{_AUTHORITY}language/ZHO")],
        "dcat:landingPage": iri(f"{site}{page}"),
    }  # fmt: skip
    if dataset.disclosure:
        made["dct:conformsTo"] = iri(str(dataset.disclosure.schema["$id"]))
    return made


def _distribution(title: Words, page: str, path: str, format: str, site: str) -> Node:
    """A file by its path; of what, and the page that leads to it."""
    made: Node = {
        "@id": f"{site}{path}#distribution", "@type": "dcat:Distribution",
        "dct:title": _both(called(format)),
        "dct:description": _both((f"{title[0]},{called(format)[0]}。", f"{title[1]} as {called(format)[1]}.")),
        "dcat:accessURL": iri(f"{site}{page}"), "dcat:downloadURL": iri(f"{site}{path}"), "dct:license": iri(LICENCE),
        "dct:rights": iri(f"{site}/#rights"), "dcat:mediaType": iri(_IANA + media_type(format)),
        "dcatap:availability": iri(f"{_AUTHORITY}planned-availability/STABLE"),
        "dct:language": [iri(f"{_AUTHORITY}language/ZHO")],
    }  # fmt: skip
    if format in _FILE_TYPES:
        made["dct:format"] = iri(f"{_AUTHORITY}file-type/{_FILE_TYPES[format]}")
    return made


def _services(site: str) -> list[Node]:
    def service(at: str, title: Words, described: str, standard: str) -> Node:
        return {
            "@id": f"{site}{at}#service", "@type": "dcat:DataService", "dct:title": _both(title),
            "dcat:endpointURL": iri(f"{site}{at}", "rdfs:Resource"), "dcat:endpointDescription": iri(f"{site}{described}", "rdfs:Resource"),
            "dct:conformsTo": iri(standard), "dct:license": iri(LICENCE), "dct:accessRights": iri(f"{_AUTHORITY}access-right/PUBLIC"),
            "dct:publisher": iri(f"{site}/#publisher"), "dcat:contactPoint": iri(f"{site}/#contact"),
            "dcat:theme": [iri(f"{_AUTHORITY}data-theme/{one}") for one in _THEMES], "dcat:keyword": [literal(KEYWORDS[0][0], "zh"), literal(KEYWORDS[0][1], "en")],
            "dct:description": _both(title), "dcat:servesDataset": iri(f"{site}/datasets/{EVERYTHING}#dataset"),
        }  # fmt: skip

    return [
        service("/graphql", ("GraphQL 接口", "GraphQL API"), "/graphql/schema.graphql", GRAPHQL),
        service("/ocds/", ("OCDS 接口", "OCDS API"), "/ocds/", OCDS),
    ]


def _publisher(site: str) -> Node:
    return {
        "@id": f"{site}/#publisher",
        "@type": "foaf:Agent",
        "foaf:name": _both(SITE),
        "foaf:homepage": iri(f"{site}/"),
    }


def _contact(site: str) -> Node:
    return {
        "@id": f"{site}/#contact",
        "@type": ["vcard:Organization", "vcard:Kind"],
        "vcard:fn": SITE[1],
        "vcard:hasURL": iri(f"{site}/developers"),
    }


def _place(code: str, catalog: Catalog, site: str) -> Node:
    """A region by GB/T 2260; where GeoNames has it and we know it, by that."""
    region = catalog.codelists["region"].codes[code]
    made: Node = {
        "@id": _region(site, code), "@type": "dct:Location", "dct:identifier": code,
        "skos:prefLabel": [literal(region.title, "zh"), *([literal(region.title_en, "en")] if region.title_en else [])],
        "rdfs:seeAlso": iri(f"{site}/regions/{code}"),
    }  # fmt: skip
    known = _GEONAMES.get(code)
    if known:
        west, south, east, north = (float(known[one]) for one in ("west", "south", "east", "north"))
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = ", ".join(f"{x:g} {y:g}" for x, y in corners)
        made["dcat:bbox"] = typed(f"POLYGON(({ring}))", "geo:wktLiteral")
        made["dcat:centroid"] = typed(
            f"POINT({(west + east) / 2:g} {(south + north) / 2:g})", "geo:wktLiteral"
        )
    return made


def _named(site: str, found: list[Dataset]) -> list[Node]:
    """What the things are that others name: the profile asks for the class of each."""
    authority = {
        "dct:LinguisticSystem": ["language/ZHO", "language/ENG"], "dct:RightsStatement": ["access-right/PUBLIC"],
        "dct:Frequency": ["frequency/IRREG", "frequency/NEVER"], "dct:MediaTypeOrExtent": [f"file-type/{one}" for one in sorted(set(_FILE_TYPES.values()))],
        "skos:Concept": list(_LABELS),
    }  # fmt: skip
    nodes = [_of_authority(one, kind) for kind, several in authority.items() for one in several]
    nodes += [
        {**iri(f"{_AUTHORITY}data-theme", "skos:ConceptScheme"), "dct:title": [literal("Data theme", "en")]},
        {**iri(LICENCE, "dct:LicenseDocument"), "dct:type": iri("http://purl.org/adms/licencetype/PublicDomain")},
        {**iri(f"{site}/#rights", "dct:RightsStatement"), "rdfs:label": _both(RIGHTS)},
        {**iri("http://purl.org/adms/licencetype/PublicDomain", "skos:Concept"), "skos:inScheme": iri("http://purl.org/adms/licencetype/1.0"), "skos:prefLabel": [literal("Public domain", "en")]},
        *(iri(_IANA + one, "dct:MediaType") for one in dict.fromkeys(map(media_type, FORMATS))),
        *(iri(one, "dct:Standard") for one in (GRAPHQL, OCDS)),
        iri(_SHA256, "spdx:ChecksumAlgorithm"),
        iri(f"{site}/", "foaf:Document"),
    ]  # fmt: skip
    for one in found:
        nodes.append(iri(f"{site}{one.page}", "foaf:Document"))
        if one.disclosure:
            nodes.append(
                {**iri(str(one.disclosure.schema["$id"]), "dct:Standard"), "dct:title": _both(one.title)}
            )
            nodes.append(iri(f"{site}/standard/{one.path}", "foaf:Document"))
    return nodes


def _of_authority(code: str, kind: str) -> Node:
    """A code of a European vocabulary and which vocabulary that is."""
    labels = {"skos:prefLabel": _both(_LABELS[code])} if code in _LABELS else {}
    return {
        **iri(_AUTHORITY + code, kind),
        "skos:inScheme": iri(_AUTHORITY + code.partition("/")[0]),
        **labels,
    }


def _is_part(one: Dataset, whole: Dataset) -> bool:
    """Whether a dataset is directly within another: a type in its domain, a domain in everything."""
    if whole.disclosure or one.path in (whole.path, EVERYTHING):
        return False
    return (one.disclosure is None) if whole.path == EVERYTHING else one.path.startswith(f"{whole.path}/")


def _both(words: Words) -> list[Node]:
    return [literal(words[0], "zh"), literal(words[1], "en")]


def _languages() -> list[Node]:
    return [iri(f"{_AUTHORITY}language/{one}") for one in ("ZHO", "ENG")]


def _modified(known: Known) -> Node:
    return {"dct:modified": typed(known.at.isoformat(timespec="seconds"), "xsd:dateTime")} if known.at else {}


def _id(dataset: Dataset, site: str) -> str:
    return f"{site}/datasets/{dataset.path}#dataset"


def _held(dataset: Dataset, edition: Edition) -> str:
    """The path of what an edition has of a dataset."""
    return f"/editions/{edition.name}/{dataset.path}"


def _region(site: str, code: str) -> str:
    known = _GEONAMES.get(code)
    return f"https://sws.geonames.org/{known['geonames']}/" if known else f"{site}/regions/{code}"


def _read_geonames() -> dict[str, dict[str, str]]:
    with (Path(__file__).resolve().parent / "geonames.csv").open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream)}


_GEONAMES = _read_geonames()
