"""Adding a format is adding one module."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import formats
from formats.error import FormatError
from formats.registry import all_formats, format_of

INVENTED = '''
"""A format that nobody has."""

from formats.row import Row

SUFFIXES = (".stanza",)
MEDIA_TYPE = "text/x-stanza"


def read(stream):
    for number, line in enumerate(stream, 1):
        yield Row("", number, tuple(line.decode().split()))
'''


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("a.csv", "csv"),
        ("a.TSV", "csv"),
        ("出让结果.2026.txt", "csv"),
        ("a.xlsx", "xlsx"),
        ("a.xls", "xls"),
        ("a.json", "json"),
        ("a.jsonl", "jsonl"),
        ("a.xml", "xml"),
        ("a.HTM", "html"),
        ("a.html", "html"),
    ],
)
def test_the_suffix_says_the_format(name: str, module: str) -> None:
    assert format_of(name).__name__ == f"formats.{module}"


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.docx", ".docx"), ("a.ods", ".ods"), ("a.et", ".et"), ("README", "README"), (".csv", ".csv")],
)
def test_an_unknown_suffix_is_told_what_can_be_read(name: str, suffix: str) -> None:
    with pytest.raises(FormatError) as caught:
        format_of(name)
    assert caught.value.code == "F005"
    assert caught.value.details["suffix"] == suffix
    assert ".csv" in caught.value.hint
    assert ".xlsx" in caught.value.hint_en


def test_no_two_formats_claim_one_suffix() -> None:
    suffixes = [suffix for module in all_formats() for suffix in module.SUFFIXES]
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in suffixes)
    assert all("/" in module.MEDIA_TYPE for module in all_formats())


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    folder = tmp_path / "invented_formats"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "row.py").write_text("not_a_format = True")
    (folder / "stanza.py").write_text(INVENTED)
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module("invented_formats")


def test_a_module_with_suffixes_is_found(package: ModuleType) -> None:
    assert [module.__name__ for module in all_formats(package)] == ["invented_formats.stanza"]
    assert format_of("a.stanza", package).MEDIA_TYPE == "text/x-stanza"


def test_a_module_dropped_into_the_package_is_read_through_the_child(tmp_path: Path) -> None:
    shutil.copytree(Path(formats.__path__[0]), tmp_path / "formats")
    (tmp_path / "formats" / "stanza.py").write_text(INVENTED)
    (tmp_path / "a.stanza").write_text("甲 乙\n1 2\n")
    code = (
        "import pathlib, formats.child as c; print([r.cells for r in c.read_file(pathlib.Path('a.stanza'))])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": "."}, capture_output=True, check=True
    )
    assert run.stdout.decode() == "[('甲', '乙'), ('1', '2')]\n"
