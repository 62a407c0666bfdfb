"""Release packages and record packages: what OCDS says of where they are from and of what is next."""

from collections.abc import Iterable, Mapping
from typing import Any

from publish.ocds.draft import Object
from publish.ocds.extension import addresses
from publish.ocds.merge import compiled
from publish.ocds.release import Releases, Source

POLICY = "/datasets"


def release_package(releases: Releases, sources: Iterable[Source], uri: str, **more: Any) -> Object:
    """The releases of disclosures as a package; `more` is what else it says (`links`)."""
    found = list(sources)
    return _package(releases, found, uri) | more | {"releases": [releases.release(one) for one in found]}


def record_package(
    releases: Releases, processes: Mapping[str, list[Source]], uri: str, **more: Any
) -> Object:
    """The records of processes as a package: each with its releases and what they come to."""
    every = [source for found in processes.values() for source in found]
    return _package(releases, every, uri) | more | {
        "records": [record(releases, process, found) for process, found in processes.items()]
    }  # fmt: skip


def record(releases: Releases, process: str, sources: Iterable[Source]) -> Object:
    """The record of a process: its releases by time, those of one day in the order of the stages."""
    order = list(releases.mapping.stages)
    stage = {one.type: order.index(one.stage) for one in releases.mapping.types(releases.catalog)}
    made = [(stage[one.type], releases.release(one)) for one in sources]
    made.sort(key=lambda pair: (pair[1]["date"], pair[0]))
    found = [release for _, release in made]
    return {"ocid": releases.ocid(process), "releases": found, "compiledRelease": compiled(found)}


def _package(releases: Releases, sources: list[Source], uri: str) -> Object:
    return {
        "uri": uri,
        "version": "1.1",
        "extensions": addresses(releases.base),
        "publishedDate": max((one.at for one in sources), default="1970-01-01T00:00:00Z"),
        "publisher": {"name": "openalloc", "uri": releases.base},
        "publicationPolicy": f"{releases.base}{POLICY}",
    }
