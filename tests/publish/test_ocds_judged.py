"""What libcoveocds says of our releases and records: nothing.

It runs as a program of its own, over the standard and the official extensions as files: `make judges` brings them into
`.judges`; where they are not, these tests are skipped.
"""

import functools
import http.server
import json
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from cli.synthetic.generator import generate
from publish.ocds.extension import OFFICIAL, PATH, Extension, addresses
from publish.ocds.mapping import Mapping
from publish.ocds.package import record_package, release_package
from publish.ocds.release import Releases, Source
from schemas.catalog import Catalog
from tests.publish.test_ocds import sources
from tests.query.records import variations

JUDGES = Path(__file__).resolve().parents[2] / ".judges"
COVE, PYTHON = JUDGES / "ocds" / "bin" / "libcoveocds", JUDGES / "ocds" / "bin" / "python"
STANDARD = "https://standard.open-contracting.org/schema/1__1__5/"
# What may not be found; the other keys of the judge's answer are counts.
FAULTS = (
    "validation_errors", "deprecated_fields", "additional_closed_codelist_values", "additional_open_codelist_values",
    "additional_checks", "all_additional_fields",
)  # fmt: skip
ORACLE = """
import json, sys, ocdsmerge, json_merge_patch
standard, package, *patches = map(lambda path: json.load(open(path)), sys.argv[1:])
for patch in patches:
    standard = json_merge_patch.merge(standard, patch)
merger = ocdsmerge.Merger(standard)
print(json.dumps([merger.create_compiled_release(one["releases"]) for one in package["records"]]))
"""
pytestmark = pytest.mark.skipif(not COVE.exists(), reason="libcoveocds is not in .judges (make judges)")


@pytest.fixture(scope="module")
def given(catalog: Catalog) -> list[Source]:
    """The samples, a bare and a full variation, and synthetic records of all types that OCDS carries."""
    mapping = Mapping.load()
    every = {one.name: one for one in catalog.versions.values() if mapping.fits(one)}
    varied = [list(islice(variations(one, 1), 5)) for one in every.values()]
    records = [
        (one.disclosure, dict(one.record)) for several in varied for one in (*several[:2], several[-1])
    ]
    records += [(one, dict(record)) for one, record in generate(catalog, 20, 1) if one.name in every]
    found: dict[tuple[str, str], Source] = {}
    for disclosure, record in records:
        for source in sources(record, disclosure):
            found[source.id, source.process] = source
    return list(found.values())


@pytest.fixture(scope="module")
def files(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The extensions and the standard, served: their folder and address."""
    folder = tmp_path_factory.mktemp("served")
    for address in OFFICIAL:
        name = address.split("/")[4]
        (folder / name).symlink_to(JUDGES / name)
    for name, content in Extension(catalog, Mapping.load()).files.items():
        path = folder / PATH.strip("/") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{server.server_port}"
        with (
            zipfile.ZipFile(JUDGES / "ocds-standard.zip") as standard,
            zipfile.ZipFile(folder / "standard.zip", "w") as rewritten,
        ):
            for name in standard.namelist():
                content = standard.read(name).replace(STANDARD.encode(), f"{here}/".encode())
                rewritten.writestr(name, content)
                if name.endswith("schema.json"):
                    (folder / Path(name).name).write_bytes(standard.read(name))
        yield folder, here
        server.shutdown()


def test_the_judge_finds_nothing_in_releases(
    catalog: Catalog, given: list[Source], files: tuple[Path, str]
) -> None:
    package = release_package(Releases(catalog, Mapping.load(), files[1]), given, f"{files[1]}/releases.json")
    found = judged(package, files)
    assert found["count"] == len(given) > 100
    assert not {key: found[key] for key in FAULTS if found[key]}
    types = {one["disclosures"][0]["type"] for one in package["releases"]}
    assert types == {one.type for one in Mapping.load().types(catalog)}


def test_the_judge_finds_nothing_in_records_and_the_oracle_merges_alike(
    catalog: Catalog, given: list[Source], files: tuple[Path, str]
) -> None:
    processes: dict[str, list[Source]] = {}
    for source in given:
        processes.setdefault(source.process, []).append(source)
    several = dict([one for one in processes.items() if len(one[1]) > 1][:6])
    package = record_package(Releases(catalog, Mapping.load(), files[1]), several, f"{files[1]}/records.json")
    found = judged(package, files)
    assert found["count"] == len(several) > 3
    assert not {key: found[key] for key in FAULTS if found[key]}
    path = files[0] / "package.json"
    patches = [files[0] / one.split("/")[4] / "release-schema.json" for one in OFFICIAL]
    patches.append(files[0] / PATH.strip("/") / "release-schema.json")
    command = [PYTHON, "-c", ORACLE, files[0] / "release-schema.json", path, *patches]
    merged = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert merged == [one["compiledRelease"] for one in json.loads(path.read_bytes())["records"]]


def test_the_judge_sees_what_is_wrong(catalog: Catalog, given: list[Source], files: tuple[Path, str]) -> None:
    package = release_package(Releases(catalog, Mapping.load(), files[1]), given[:3], f"{files[1]}/x.json")
    first, second, third = package["releases"]
    first["date"], first["strange"] = "gestern", 1
    second["tender"] |= {"status": "strange", "amendment": {"rationale": "示例"}}
    third["parties"][0]["roles"].append("strange")
    found = judged(package, files)
    assert all(found[key] for key in FAULTS if key != "additional_checks")


def judged(package: dict[str, Any], files: tuple[Path, str]) -> dict[str, Any]:
    """The judge's answer; official extensions are read from here."""
    folder, here = files
    elsewhere = dict(
        zip(OFFICIAL, (f"{here}/{one.split('/')[4]}/extension.json" for one in OFFICIAL), strict=True)
    )
    assert package["extensions"] == addresses(here)
    told = package | {"extensions": [elsewhere.get(one, one) for one in package["extensions"]]}
    path = folder / "package.json"
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    command = [COVE, "--standard-zip", folder / "standard.zip", path]
    done = subprocess.run(command, capture_output=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    assert not answer["extensions"]["invalid_extension"]
    return answer


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass
