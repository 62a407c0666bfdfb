"""A dataset, and the catalogue of them, as schema.org describes them: what search engines for data read in a page."""

from collections.abc import Iterable
from typing import Any

from publish.datasets.export import FORMATS
from publish.metadata.datasets import ABOUT, KEYWORDS, LICENCE, SITE, Dataset, Known, media_type
from publish.metadata.dcat import called
from schemas.catalog import Catalog

CONTEXT = "https://schema.org/"
MOST = 60  # properties that are named


def described(dataset: Dataset, catalog: Catalog, known: Known) -> dict[str, Any]:
    """A dataset."""
    site, facts = known.site, known.of(dataset.path)
    regions = catalog.codelists["region"].codes
    made: dict[str, Any] = {
        "@context": CONTEXT, "@type": "Dataset", "@id": f"{site}/datasets/{dataset.path}#dataset",
        "name": dataset.title[0], "alternateName": dataset.title[1],
        "description": f"{dataset.description[0]} {dataset.description[1]}"[:5000],
        "url": f"{site}{dataset.page}", "identifier": dataset.path, "version": str(known.version), "inLanguage": "zh",
        "license": LICENCE, "isAccessibleForFree": True,
        "keywords": [word for pair in (*KEYWORDS, dataset.title) for word in pair],
        "publisher": _publisher(site), "creator": _publisher(site),
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": f"{site}/catalog", "name": SITE[0], "url": f"{site}/datasets"},
        "distribution": [
            {
                "@type": "DataDownload", "name": called(format)[0], "encodingFormat": media_type(format),
                "contentUrl": f"{site}{dataset.file(format)}",
            }
            for format in FORMATS
        ],
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column.name, "description": f"{column.title} {column.title_en}"}
            for column in dataset.tables(catalog)[0].columns[:MOST]
        ],
    }  # fmt: skip
    if known.at:
        made["dateModified"] = known.at.isoformat(timespec="seconds")
    if facts.since and facts.until:
        made["temporalCoverage"] = f"{facts.since.isoformat()}/{facts.until.isoformat()}"
    if facts.regions:
        made["spatialCoverage"] = [
            {"@type": "Place", "name": regions[code].title, "identifier": code} for code in facts.regions
        ]
    return made


def catalogue(found: Iterable[Dataset], known: Known) -> dict[str, Any]:
    """The catalogue of datasets."""
    site = known.site
    return {
        "@context": CONTEXT, "@type": "DataCatalog", "@id": f"{site}/catalog", "name": SITE[0], "alternateName": SITE[1],
        "description": f"{ABOUT[0]} {ABOUT[1]}", "url": f"{site}/datasets", "license": LICENCE, "publisher": _publisher(site),
        "dataset": [
            {"@type": "Dataset", "@id": f"{site}/datasets/{one.path}#dataset", "name": one.title[0], "url": f"{site}{one.page}",
             "description": f"{one.description[0]} {one.description[1]}"[:5000], "license": LICENCE}
            for one in found
        ],
    }  # fmt: skip


def _publisher(site: str) -> dict[str, str]:
    return {"@type": "Organization", "name": SITE[1].partition(":")[0], "url": f"{site}/"}
