"""`openalloc load`, killed in the middle and run again, ends like one clean load."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from store import tables
from store.engine import connect

ROOT = Path(__file__).resolve().parents[2]
ROWS = 6_000
HEADINGS = "宗地编号,土地位置,土地面积(亩),成交价(万元),受让单位,成交日期,发布日期"


def command(url: str, file: Path) -> list[str]:
    code = "from cli.main import main; main()"
    options = [
        "--type",
        "land/grant-result",
        "--publisher",
        "11530114MB0W00017C",
        "--database",
        url,
        "--json",
    ]
    return [sys.executable, "-c", code, "load", str(file), *options]


def test_a_killed_load_run_again_equals_one_clean_load(
    new_database: Callable[[], str],
    contents: Callable[[Engine], dict[str, list[tuple[Any, ...]]]],
    tmp_path: Path,
) -> None:
    file = tmp_path / "results.csv"
    lines = (
        f"K-{n},示例路{n}号,{n % 90 + 1},{n},云南示例第{n % 50}有限公司,2024-06-18,2024-06-{n % 20 + 10}"
        for n in range(ROWS)
    )
    file.write_text("\n".join([HEADINGS, *lines, "K-X,示例路,1,1,云南示例有限公司,昨天,2024-06-19"]), "utf-8")
    url, clean_url = new_database(), new_database()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    engine, clean = connect(url), connect(clean_url)

    with subprocess.Popen(
        command(url, file), cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and stored(engine) < 1_000:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert 0 < stored(engine) < ROWS, "killed in the middle"
    assert stored(engine) == version(engine), "no half a batch"

    for one in (url, clean_url):
        done = subprocess.run(
            command(one, file), cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        report = json.loads(done.stdout)
        assert (done.returncode, report["taken"], report["refused"]) == (1, ROWS, 1)
    assert contents(engine) == contents(clean)
    engine.dispose()
    clean.dispose()


def stored(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(tables.disclosure)) or 0)


def version(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(select(tables.data_version.c.version)) or 0)
