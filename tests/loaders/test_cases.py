"""One file a fault: the file's name begins with the only code that its report has."""

from pathlib import Path

import pytest

from loaders.issues import RULES
from loaders.load import check
from loaders.profile_file import load_profile
from schemas.catalog import Catalog

FOLDER = Path(__file__).with_name("cases")
CASES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".toml")
PUBLISHER = "11530114MB0W00017C"

# What is asked where it is not a land/grant-result of that publisher.
ASKED: dict[str, dict[str, str | None]] = {
    "L002": {"type": None},
    "L003": {"type": None},
    "L019": {"type": None},
    "L005": {"publisher": None},
    "L007": {"publisher": None},
    "L006": {"publisher": "11530114MB0W00017D"},
    "L012": {"type": "land/grant-notice"},
    "L016": {"type": "works/award-result"},
    "L041": {"type": "land/grant-notice"},
}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_file_with_one_fault_has_one_issue(path: Path, catalog: Catalog) -> None:
    code = path.name[:4]
    profile = path.with_suffix(".toml")
    asked: dict[str, str | None] = {
        "type": "land/grant-result",
        "publisher": PUBLISHER,
        **ASKED.get(code, {}),
    }
    if profile.exists():
        asked["type"] = None
    report = check(
        path,
        catalog,
        type=asked["type"],
        publisher=asked["publisher"],
        profile=load_profile(profile, catalog) if profile.exists() else None,
    )
    assert report.issue_counts == {code: 1}
    (found,) = report.issues
    for sentence in (found.message, found.message_en, found.hint, found.hint_en):
        assert sentence
        assert "{" not in sentence
    assert report.refused == 0 or found.severity == "error"


def test_every_rule_has_its_case() -> None:
    assert {path.name[:4] for path in CASES} >= set(RULES)
