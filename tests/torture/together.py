"""Many loads at once: of one file they make one; of files that overlap nobody is in another's way."""

import json
from collections import Counter

from store.engine import connect
from tests.torture import state
from tests.torture.ground import Ground, faults_of, reading

COUNTED = ("stored", "revised")


def one_of_many(ground: Ground, loads: int) -> list[str]:
    """So many loads of the same files at once; what is wrong afterwards."""
    url = ground.databases.copy(ground.before)
    with reading(ground, url) as seen:
        ended = ground.warm.run_all([ground.run(url, f"load-{number}") for number in range(loads)])
    found = seen.faults + [fault for one in ended for fault in faults_of(one, 1)]
    if not found:
        reports = [json.loads(one.out) for one in ended]
        for file, clean in enumerate(ground.reports):
            told = Counter[str]()
            for one in reports:
                records = one[file]["records"]
                told.update({name: records[name] for name in COUNTED})
                if sum(records[name] for name in (*COUNTED, "unchanged", "withdrawn")) != records["total"]:
                    found.append(f"one load says {records}")
            wanted = {name: clean["records"][name] for name in COUNTED}
            if told != Counter(wanted):
                found.append(f"together they say {dict(told)}, one alone {wanted}")
        found += ground.faults(url, ended[0])
    ground.databases.drop(url)
    return found


def side_by_side(ground: Ground, loads: int) -> list[str]:
    """Loads of the earlier and the later files by turns, at once: no error to any, nothing half.

    Which of them comes last is chance, and so is which content stays.
    """
    url = ground.databases.copy(ground.before)
    runs = [ground.run(url, f"load-{number}") for number in range(loads)]
    for number in range(0, loads, 2):
        runs[number] = ground.run(url, f"load-{number}", state="before")
    ended = ground.warm.run_all(runs)
    found = [fault for one in ended for fault in faults_of(one, 1)]
    engine = connect(url)
    found += state.index_faults(engine)
    with engine.connect() as connection:
        found += state.wrong(connection)
    engine.dispose()
    ground.databases.drop(url)
    return found
