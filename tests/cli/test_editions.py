"""`openalloc editions`: makes once, lists, finds what is missing or changed; a withdrawal by the command takes the bytes away."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import typer

from cli import editions
from cli.withdraw import withdraw
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import connect, writing
from store.writing import write


def test_what_is_made_is_checked_and_goes_with_a_withdrawal_for_privacy(
    sqlite_template: Path, catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    database = tmp_path / "openalloc.db"
    database.write_bytes(sqlite_template.read_bytes())
    url, disclosure = f"sqlite:///{database}", catalog.types["land/grant-result"]
    engine = connect(url)
    with writing(engine) as connection:
        entry = Entry(disclosure.sample, disclosure)
        (record,) = write(connection, [entry], catalog, None, datetime(2024, 7, 1)).ids
    engine.dispose()
    editions.make(None, ["jsonl", "csv"], None, "", url, json=True)
    told = json.loads(capsys.readouterr().out)
    assert {(one["dataset"], one["format"]) for one in told["made"]} == {
        (dataset, format) for dataset in ("everything", "land") for format in ("csv", "jsonl")
    }
    assert "works" in told["withoutRecords"]
    paths = [Path(one["file"]) for one in told["made"]]
    assert {one.parents[1] for one in paths} == {tmp_path / "openalloc.db.editions"}  # beside the database
    editions.make(["land"], ["jsonl"], None, "", url)
    assert "没有生成新的" in capsys.readouterr().out
    editions.check(None, url)
    assert "文件 files 4: 完好 whole 4" in capsys.readouterr().out
    paths[0].write_bytes(b"x" * told["made"][0]["bytes"])
    paths[1].unlink()
    with pytest.raises(typer.Exit) as ended:
        editions.check(None, url)
    said = capsys.readouterr().out
    assert (ended.value.exit_code, "whole 2" in said, f"changed: {paths[0]}" in said, f"missing: {paths[1]}" in said) == (1, True, True, True)  # fmt: skip
    withdraw(record, "示例:含个人信息", None, privacy=True, json=False, database=url)
    assert [one for one in paths if one.exists()] == []
    capsys.readouterr()
    editions.list_(None, url, json=True)
    assert {one["withdrawn"] for one in json.loads(capsys.readouterr().out)} == {record}
