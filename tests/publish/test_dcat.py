"""The catalogue by DCAT-AP: both spellings are one graph, every dataset is in it, the profile's own shapes find nothing."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pyshacl import validate
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.compare import isomorphic

from publish.datasets.export import FORMATS
from publish.metadata import dcat
from publish.metadata.datasets import Facts, Known, datasets
from publish.metadata.graph import Node, iri, json_ld, literal, turtle, typed
from schemas.catalog import Catalog
from store.editions import Edition, EditionFile

SHAPES = Path(__file__).resolve().parents[2] / ".judges" / "dcat-ap"
DCAT, DCT = Namespace("http://www.w3.org/ns/dcat#"), Namespace("http://purl.org/dc/terms/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SITE = "https://example.org"
# The library's own parser of JSON-LD uses what it deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
judged = pytest.mark.skipif(
    not SHAPES.is_dir(), reason="the shapes of DCAT-AP are not in .judges (make judges)"
)


@pytest.fixture(scope="module")
def nodes(catalog: Catalog) -> list[Node]:
    facts = Facts(1234, date(2020, 1, 1), date(2025, 12, 31), ("530000",))
    at = datetime(2026, 11, 26, 8, tzinfo=UTC)
    edition = Edition("2026-11-25", 6, None, datetime(2026, 11, 25, 8))
    files = [
        EditionFile(edition.name, dataset, format, 1200, 4096, "0f" * 32, {}, False, edition.made_at, gone)
        for dataset, format, gone in (
            ("everything", "csv.zip", None), ("everything", "sqlite", None), ("land", "jsonl", ("d1", 7)), ("land/grant-result", "csv", None),
            ("withdrawn/type", "csv", None),
        )
    ]  # fmt: skip
    known = Known(SITE, 7, at, {one.path: facts for one in datasets(catalog)})
    return dcat.graph(catalog, known, edition, files)


@pytest.fixture(scope="module")
def graph(nodes: list[Node]) -> Graph:
    return Graph().parse(data=turtle(dcat.PREFIXES, nodes), format="turtle")


def test_turtle_and_json_ld_are_one_graph(nodes: list[Node], graph: Graph) -> None:
    other = Graph().parse(data=json_ld(dcat.PREFIXES, nodes), format="json-ld")
    assert len(graph) > 5_000
    assert isomorphic(graph, other)


def test_any_text_and_address_can_be_written() -> None:
    prefixes = {"ex": "https://example.org/", "xsd": "http://www.w3.org/2001/XMLSchema#"}
    hostile = 'say "hi" \\ \n\t\r ]; ex:x <b> 示例 😀'
    given: list[Node] = [
        {
            "@id": 'https://example.org/a b<c>"d"', "@type": ["ex:One", "ex:Two"], "ex:said": [literal(hostile, "zh"), hostile],
            "ex:on": typed("2024-01-01", "xsd:date"), "ex:many": [1, True], "ex:none": [],
            "ex:within": {"@type": "ex:Blank", "ex:deeper": {"ex:last": "x"}, "ex:named": {**iri("ex:named"), "ex:said": "y"}},
        },
        iri("ex:alone"),
    ]  # fmt: skip
    one = Graph().parse(data=turtle(prefixes, given), format="turtle")
    given[0]["@id"] = "https://example.org/a%20b%3Cc%3E%22d%22"
    other = Graph().parse(data=json_ld(prefixes, given), format="json-ld")
    assert isomorphic(one, other)
    assert len(one) == 13


def test_every_dataset_has_a_distribution_of_each_format(graph: Graph, catalog: Catalog) -> None:
    for dataset in datasets(catalog):
        node = URIRef(f"{SITE}/datasets/{dataset.path}#dataset")
        assert (node, RDF.type, DCAT["Dataset"]) in graph
        files = {
            str(one)
            for found in graph.objects(node, DCAT["distribution"])
            for one in graph.objects(found, DCAT["downloadURL"])
        }
        assert files == {f"{SITE}/datasets/{dataset.path}.{format}" for format in FORMATS}
        if dataset.disclosure:
            assert (node, DCT["conformsTo"], URIRef(str(dataset.disclosure.schema["$id"]))) in graph
            assert next(graph.subjects(DCT["hasPart"], node)) == URIRef(
                f"{SITE}/datasets/{dataset.disclosure.domain}#dataset"
            )


def test_what_the_newest_edition_has_is_a_version_of_its_dataset(graph: Graph) -> None:
    versions = {str(one): str(version) for one, version in graph.subject_objects(DCAT["hasVersion"])}
    paths = ("everything", "land/grant-result")
    assert versions == {
        f"{SITE}/datasets/{one}#dataset": f"{SITE}/editions/2026-11-25/{one}#dataset" for one in paths
    }
    listed = set(graph.objects(URIRef(f"{SITE}/catalog"), DCAT["dataset"]))
    for current, version in versions.items():
        node = URIRef(version)
        assert {node, URIRef(current)} <= listed
        assert str(graph.value(node, DCAT["version"])) == "6"
        for file in graph.objects(node, DCAT["distribution"]):
            checksum = graph.value(file, SPDX["checksum"])
            assert str(graph.value(checksum, SPDX["checksumValue"])) == "0f" * 32
            assert str(graph.value(file, DCAT["downloadURL"])).startswith(version.removesuffix("#dataset"))


def results(graph: Graph, *shapes: str) -> list[tuple[str, str]]:
    """(focus, path) of everything that shapes of the profile find, warnings too."""
    given = Graph()
    for name in shapes:
        given.parse(SHAPES / f"{name}.ttl", format="turtle")
    for one in set(given.objects(None, SH["property"])):
        # The release of 3.0.1 does not say of its property shapes that they are some, and two have no path.
        if (one, SH["path"], None) in given:
            given.add((one, RDF.type, SH["PropertyShape"]))
        else:
            given.remove((None, SH["property"], one))
    _, report, _ = validate(graph, shacl_graph=given, inference="none")
    assert isinstance(report, Graph)
    found: set[Any] = set(report.objects(None, SH["result"]))
    return [
        (str(report.value(one, SH["focusNode"])), str(report.value(one, SH["resultPath"]))) for one in found
    ]


@judged
def test_the_profile_finds_nothing(graph: Graph) -> None:
    assert results(graph, "shapes", "range", "ranges", "dcat-ap-SHACL") == []


@judged
def test_what_it_recommends_is_there_but_what_nobody_can_say(graph: Graph) -> None:
    found = results(graph, "shapes_recommended")
    # There is no code for SQLite; when the catalogue began and what kind of body runs it, only its operator knows.
    unknown = {(f"{SITE}/catalog", str(DCT["issued"])), (f"{SITE}/#publisher", str(DCT["type"]))}
    # Of which years and places an edition was is not kept; the dataset it is a version of says it as of now.
    unknown |= {
        (f"{SITE}/editions/2026-11-25/{path}#dataset", str(DCT[one]))
        for path in ("everything", "land/grant-result") for one in ("spatial", "temporal")
    }  # fmt: skip
    rest = set(found) - unknown
    assert {path for _, path in rest} <= {str(DCT["format"])}
    assert all(focus.endswith(".sqlite#distribution") for focus, _ in rest)


@judged
def test_codes_are_those_of_the_vocabularies_but_the_publisher_is_no_body_of_the_union(graph: Graph) -> None:
    found = results(graph, "mdr-vocabularies.shape")
    # Of algorithms it wants addresses with https; SPDX, DCAT 3 and the same shape's class have http.
    assert {path for _, path in found} == {str(DCT["publisher"]), str(SPDX["algorithm"])}


@judged
def test_the_shapes_see_what_is_missing(graph: Graph) -> None:
    lacking = Graph() + graph
    lacking.remove((URIRef(f"{SITE}/datasets/land#dataset"), DCT["title"], None))
    lacking.remove((URIRef(f"{SITE}/graphql"), RDF.type, None))
    assert set(results(lacking, "shapes", "ranges")) == {
        (f"{SITE}/datasets/land#dataset", str(DCT["title"])),
        (f"{SITE}/graphql#service", str(DCAT["endpointURL"])),
    }
