"""kill -9 at random moments: the load is run again, and killed again, until it ends; then all is as after a clean one."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.torture.ground import Ground, faults_of, reading
from tests.torture.warm import Run

MOST = 4  # kills in a round
KILLED = -9


@dataclass(slots=True)
class Tally:
    """What came of it: how often it was killed and by which clock, and what was wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    too_late: int = 0
    rounds: int = 0
    looks: int = 0
    versions: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills = ", ".join(f"{count} {how}" for how, count in sorted(self.kills.items()))
        return (
            f"{self.kills.total()} kills ({kills}; {self.too_late} runs ended before) in {self.rounds} rounds, "
            f"{self.looks} looks at {len(self.versions)} data versions, {len(self.faults)} faults"
        )


def torture(grounds: list[Ground], kills: int, chance: Random, tally: Tally) -> None:
    """Kill so many loads, a few in a row; the tally goes on after a fault."""
    while tally.kills.total() < kills:
        ground = chance.choice(grounds)
        _round(ground, chance, tally, min(chance.randint(1, MOST), kills - tally.kills.total()))
        tally.rounds += 1


def _round(ground: Ground, chance: Random, tally: Tally, kills: int) -> None:
    url = ground.databases.copy(ground.before)
    said = []
    with reading(ground, url) as seen:
        for _ in range(kills):
            how, run = moment(ground, url, chance)
            ended = ground.warm.run(run)
            if ended.status == KILLED:
                tally.kills[how] += 1
                said.append(f"{how} {run.seconds or run.statement or (run.commit, run.delay)}")
            else:
                tally.too_late += 1
                seen.faults += faults_of(ended, 1)
        ended = ground.warm.run(ground.run(url))
    tally.looks += seen.looks
    tally.versions |= seen.versions
    found = [*seen.faults, *ground.faults(url, ended)]
    tally.faults += [f"again={ground.again} killed {'; '.join(said)}: {one}" for one in found]
    ground.databases.drop(url)


def moment(ground: Ground, url: str, chance: Random) -> tuple[str, Run]:
    """A load that will be killed, a process of its own for writing or not: by the clock, at a statement, within a commit."""
    how = chance.choice(("by the clock", "by the clock", "at a statement", "in a commit"))
    if how == "by the clock":
        who = chance.choice(("one", "two processes", "two, a large store"))
        return f"{how}, {who}", ground.run(
            url, seconds=chance.uniform(0, ground.seconds), apart=who != "one", large="large" in who
        )
    if how == "at a statement":
        return how, ground.run(url, statement=chance.randint(1, ground.statements), apart=False)
    delay = chance.choice((0.0, chance.uniform(0, 0.0005), chance.uniform(0, 0.005)))
    return how, ground.run(url, commit=chance.randint(1, ground.commits), delay=delay, apart=False)
