"""A load while many read over HTTP: no error to either, and every answer is of one state of the data, whole."""

import http.client
import json
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from schemas.catalog import Catalog
from store.engine import connect
from tests.serving import serving
from tests.torture.databases import Databases
from tests.torture.files import make
from tests.torture.ground import BATCH, REFUSED, faults_of
from tests.torture.processes import Warm
from tests.torture.warm import Run

WHOLE = (
    "id revision title lots { number } parties { role organization { id } } processes { id } publisher { id }"
)
# Each is one statement, so each answer is one snapshot.
QUERIES: Mapping[str, str] = {
    "counts": '{ dataVersion all: disclosures { totalCount } found: disclosures(search: "合成数据") { totalCount }'
    " statistics { groups { count } } by: statistics(groupBy: [TYPE], first: 100) { groups { count } } }",
    "newest": f"{{ dataVersion disclosures(first: 40) {{ nodes {{ {WHOLE} }} }} }}",
    "found": f'{{ dataVersion disclosures(first: 40, search: "示例") {{ nodes {{ {WHOLE} }} }} }}',
    "feed": "{ dataVersion changes(last: 60) { nodes { version revision disclosureId disclosure { revision } } } }",
}
State = tuple[int, str, int, int, int]


@dataclass(slots=True)
class Tally:
    """What came of it: how many answers at how many data versions, what a load took, and what was wrong."""

    answers: int = 0
    versions: set[int] = field(default_factory=set)
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.answers} answers at {len(self.versions)} data versions, the slowest after {self.slowest:.1f} s, "
            f"{len(self.faults)} faults"
        )


def read_and_load(
    warm: Warm, databases: Databases, folder: Path, catalog: Catalog, *, readers: int, records: int, seed: int
) -> Tally:  # fmt: skip
    """Serve a database, let so many read it, and load the later files meanwhile."""
    files = make(folder / "read", catalog, records, 1)
    url = databases.new(catalog)
    _load(warm, files.plain("before", url), folder)
    known = _states(url)
    copy = databases.copy(url)
    _load(warm, files.plain("after", copy), folder)
    for one, states in _states(copy).items():
        known.setdefault(one, set()).update(states)
    tally, done = Tally(), threading.Event()
    with ExitStack() as stack:
        address = stack.enter_context(serving(url, folder, rate="off"))
        threads = [
            threading.Thread(target=_read, args=(address, known, done, tally, Random(seed + number)))
            for number in range(readers)
        ]
        for one in threads:
            one.start()
        try:
            time.sleep(0.5)
            _load(warm, files.plain("after", url), folder)
            time.sleep(0.5)
        finally:
            done.set()
            for one in threads:
                one.join()
    if _states(url) != _states(copy):
        tally.faults.append("the store is another than after a load that nobody watched")
    for one in (url, copy):
        databases.drop(one)
    return tally


def _load(warm: Warm, arguments: tuple[str, ...], folder: Path) -> None:
    ended = warm.run(Run(arguments, str(folder), "load", batch=BATCH))
    found = faults_of(ended, REFUSED)
    assert not found, found


def _states(url: str) -> dict[str, set[State]]:
    """Of each record what a reader may see: revision, title, how many lots, parties and processes."""
    owned = "(SELECT count(*) FROM {0} x WHERE x.shard = d.shard AND x.disclosure_number = d.number)"
    counts = ", ".join(map(owned.format, ("lot", "party", "disclosure_process")))
    engine = connect(url)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT id, revision, title, {counts} FROM disclosure d").all()
    engine.dispose()
    return {row[0]: {tuple(row[1:])} for row in rows}  # type: ignore[misc]


def _read(
    address: str, known: Mapping[str, set[State]], done: threading.Event, tally: Tally, chance: Random
) -> None:
    """Ask again and again over one connection; whatever is no whole answer is a fault."""
    host = urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    version = 0
    while not done.is_set() and len(tally.faults) < 5:
        name = chance.choice(list(QUERIES))
        try:
            began = time.monotonic()
            body = json.dumps({"query": QUERIES[name]})
            connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
            tally.slowest = max(tally.slowest, time.monotonic() - began)
            if answer.status != 200 or "errors" in (said := json.loads(text)):
                tally.faults.append(f"{name}: {answer.status} {text[:300]}")
                continue
            tally.faults += [f"{name}: {one}" for one in _wrong(name, said["data"], known)]
            if said["data"]["dataVersion"] < version:
                tally.faults.append(f"{name}: version {said['data']['dataVersion']} after {version}")
            version = said["data"]["dataVersion"]
            tally.answers += 1
            tally.versions.add(version)
        except Exception as error:
            tally.faults.append(f"{name}: {error!r}")
            connection.close()
    connection.close()


def _wrong(name: str, data: dict[str, Any], known: Mapping[str, set[State]]) -> list[str]:
    """What of an answer contradicts itself, or is half a record."""
    if name == "counts":
        counts = {
            data["all"]["totalCount"], data["found"]["totalCount"],
            sum(one["count"] for one in data["statistics"]["groups"]), sum(one["count"] for one in data["by"]["groups"]),
        }  # fmt: skip
        return [f"counts {counts}"] if len(counts) > 1 else []
    if name == "feed":
        nodes = data["changes"]["nodes"]
        versions = [one["version"] for one in nodes]
        found = (
            [f"version {data['dataVersion']}, last {versions[-1]}"]
            if versions[-1] != data["dataVersion"]
            else []
        )
        if versions != list(range(versions[0], versions[0] + len(versions))):
            found.append(f"a gap in {versions}")
        newest = {one["disclosureId"]: one for one in nodes}  # the last change of each
        found += [f"{one}" for one in newest.values() if one["disclosure"]["revision"] != one["revision"]]
        return found
    found = []
    for one in data["disclosures"]["nodes"]:
        seen = (one["revision"], one["title"], len(one["lots"]), len(one["parties"]), len(one["processes"]))
        if seen not in known.get(one["id"], ()):
            found.append(f"{one['id']} is {seen}, may be {known.get(one['id'])}")
        if not all(party["organization"] for party in one["parties"]) or not one["publisher"]:
            found.append(f"{one['id']} lacks an organization")
    return found[:2]
