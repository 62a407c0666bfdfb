"""The datasets as metadata tells of them: everything, each domain, each type; and what is known of their records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from publish.datasets.export import FORMATS
from publish.datasets.layout import Table, tables
from schemas.catalog import Catalog, Disclosure
from store.editions import EVERYTHING

Words = tuple[str, str]  # Chinese, English

SITE: Words = ("公共资源配置开放数据", "openalloc: open data on public resource allocation")
ABOUT: Words = (
    "政府和公共资源配置的主体依法主动公开的信息:住房保障、土地、矿业权、政府采购、药品采购、国有产权、工程建设、排污权、"
    "特许经营权、罚没财物,按统一的模式整理,每条可以追溯到原文。",
    "What bodies that allocate public resources in China disclose by law (housing, land, mineral rights, procurement, medicine, "
    "state property, works, emission rights, concessions, confiscated assets), under one schema, each record traceable to its source.",
)
# What is ours (the selection and arrangement, the standard, its codelists) is free of rights; the law has no copyright in
# official documents, and this says nothing of what others may have in an attachment.
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
LICENCE_NAME, LICENCE_TITLE = "CC0-1.0", "Creative Commons Zero 1.0"
RIGHTS: Words = (
    "整理、标准和代码表:CC0 1.0。公开信息由各公开主体依法发布,以原文为准;附件的权利由其权利人保留。",
    "Compilation, standard and codelists: CC0 1.0. The disclosures are published by the bodies named, whose originals prevail; "
    "rights in attachments stay with whoever has them.",
)
KEYWORDS: tuple[Words, ...] = (
    ("公共资源配置", "public resource allocation"), ("政府信息公开", "government disclosure"),
    ("政府采购", "public procurement"), ("土地出让", "land grants"), ("开放数据", "open data"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a dataset's records: their number, the days of publication, the places by their codes."""

    records: int = 0
    since: date | None = None
    until: date | None = None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What is known at a data version, by the paths of datasets. Addresses begin with `site`."""

    site: str
    version: int
    at: datetime | None  # UTC
    facts: Mapping[str, Facts]

    def of(self, path: str) -> Facts:
        """Of a dataset; nothing where it has no records."""
        return self.facts.get(path, Facts())


@dataclass(frozen=True)
class Dataset:
    """A dataset: `everything`, `land`, `land/grant-result`. `disclosure` is the type of one that has only one."""

    path: str
    title: Words
    description: Words
    types: tuple[Disclosure, ...]
    disclosure: Disclosure | None

    @property
    def page(self) -> str:
        """The address of its page."""
        return "/datasets" if self.path == EVERYTHING else f"/datasets/{self.path}"

    @property
    def name(self) -> str:
        """Its path as one word."""
        return self.path.replace("/", "-")

    def tables(self, catalog: Catalog) -> tuple[Table, ...]:
        """Its tables, the main one first."""
        return tables(catalog, self.disclosure)

    def file(self, format: str, table: str = "") -> str:
        """The address of a file."""
        return f"/datasets/{self.path}{f'.{table}' if table else ''}.{format}"


def datasets(catalog: Catalog) -> Iterator[Dataset]:
    """Everything, then each domain with its types, as the policy orders them."""
    every = tuple(catalog.types.values())
    yield Dataset(EVERYTHING, ("全部公开信息", "All disclosures"), ABOUT, every, None)
    for code, domain in catalog.codelists["domain"].codes.items():
        own = tuple(one for one in every if one.domain == code)
        if not own:
            continue
        english = domain.title_en or domain.title
        names, names_en = "、".join(one.title for one in own), ", ".join(one.title_en for one in own)
        told = (
            f"{domain.title}领域的公开信息:{names}。",
            f"Disclosures of the domain {english}: {names_en}.",
        )
        yield Dataset(code, (domain.title, english), told, own, None)
        for one in own:
            described = str(one.schema.get("description") or ""), str(one.schema.get("descriptionEn") or "")
            yield Dataset(one.type, (one.title, one.title_en), described, (one,), one)


def find(path: str, catalog: Catalog) -> Dataset | None:
    """The dataset of that path."""
    return next((one for one in datasets(catalog) if one.path == path), None)


def media_type(format: str) -> str:
    """The media type of a format without its parameters."""
    return FORMATS[format][0].partition(";")[0]
