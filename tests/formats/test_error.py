"""The table of codes."""

import copy
import pickle
import re
import string
from pathlib import Path

import pytest

import formats
from formats.error import CODES, FormatError

SOURCE = "\n".join(path.read_text("utf-8") for path in Path(formats.__path__[0]).glob("*.py"))


def fields(wording: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name}


def test_an_error_says_its_code_and_both_languages() -> None:
    error = FormatError("F005", suffix=".doc", readable=".csv .xlsx")
    assert str(error) == "F005 不认识的文件类型“.doc” / Unknown kind of file '.doc'"
    assert error.hint.startswith("可以读取的类型：.csv .xlsx")
    assert error.hint_en.startswith("Readable are .csv .xlsx")


def test_an_error_can_be_copied_and_sent() -> None:
    error = FormatError("F012", position=5, line=2)
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (again.code, again.details, str(again)) == (error.code, error.details, str(error))


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_raised_somewhere_with_all_its_details(code: str) -> None:
    wording = CODES[code]
    needed = (
        fields(wording.message) | fields(wording.message_en) | fields(wording.hint) | fields(wording.hint_en)
    )
    calls = re.findall(rf'Error\(\s*"{code}"(.*)', SOURCE.replace("\n", " "))
    assert calls, f"{code} is never raised"
    assert all(f"{name}=" in call[:400] for call in calls for name in needed - {"line"})


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_worded_in_both_languages(code: str) -> None:
    wording = CODES[code]
    assert re.fullmatch(r"F\d{3}", code)
    assert all(re.search(r"[一-鿿]", text) for text in (wording.message, wording.hint))
    assert not any(re.search(r"[一-鿿]", text) for text in (wording.message_en, wording.hint_en))


def test_every_code_raised_is_in_the_table() -> None:
    assert set(re.findall(r'"(F\d{3})"', SOURCE)) == set(CODES)
