"""`openalloc keys`: a key is shown once, listed without its secret, and revoked at once."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Run

PUBLISHER, TYPE = "11530114MB0W00017C", "land/grant-result"
ASKED = ("--publisher", PUBLISHER, "--region", "530114", "--type", TYPE)


@pytest.fixture
def issued(run: Run, tmp_path: Path, sqlite_template: Path) -> str:
    """A key, in the database of the folder."""
    (tmp_path / "openalloc.db").write_bytes(sqlite_template.read_bytes())
    code, shown, _ = run("keys", "create", *ASKED, "--name", "示例局", "--note", "示例系统")
    assert code == 0
    return shown.strip()


def test_a_key_is_shown_once_and_listed_without_its_secret(run: Run, issued: str) -> None:
    shaped = re.fullmatch(r"oak_([0-9a-v]{12})_([A-Za-z0-9_-]{43})", issued)
    assert shaped is not None
    _, shown, _ = run("keys", "list", "--json")
    (key,) = json.loads(shown)
    assert (key["id"], key["publisher"], key["region"], key["types"]) == (
        shaped[1],
        PUBLISHER,
        "530114",
        [TYPE],
    )
    assert (key["state"], key["note"], shaped[2] in shown) == ("valid", "示例系统", False)
    assert shaped[2] not in run("keys", "list")[1]


def test_a_revoked_key_stays_listed(run: Run, issued: str) -> None:
    id = issued.split("_")[1]
    assert run("keys", "revoke", id)[0] == 0
    assert json.loads(run("keys", "list", "--json")[1])[0]["state"] == "revoked"
    code, _, error = run("keys", "revoke", "0" * 12)
    assert (code, "K026" in error) == (2, True)
    assert run("keys", "log", "--json")[1].strip() == "[]"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (("--publisher", "11530114MB0W000170"), "K023"),
        (("--region", "999999"), "K024"),
        (("--expires", "2020-01-01"), "K027"),
        (("--expires", "明年"), "K027"),
        (("--type", "land/no-such"), "S"),
    ],
)
def test_what_a_key_cannot_be_is_told(run: Run, issued: str, changed: tuple[str, str], code: str) -> None:
    given = dict(zip(ASKED[::2], ASKED[1::2], strict=True)) | dict([changed])
    status, shown, error = run("keys", "create", *(part for pair in given.items() for part in pair))
    assert (status, shown) == (2, "")
    assert error.lstrip().startswith(code)
