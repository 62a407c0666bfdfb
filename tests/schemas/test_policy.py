"""The policy's tables: complete, and in the words of the opinions."""

import shutil
from pathlib import Path

import pytest

from schemas.catalog import FOLDER, Catalog
from schemas.errors import SchemaError
from schemas.policy import Policy

OPINIONS = Path(__file__).resolve().parents[2] / ".." / "shared" / "policy" / "opinions.zh.txt"


# Types that no policy asks for, and why they are there.
BEYOND = {"oversight/nil-statement": "that nothing was to be disclosed is said nowhere else"}


def test_every_matter_has_its_type_and_every_other_type_its_reason(catalog: Catalog) -> None:
    assert set(catalog.policy.matters) == set(catalog.types) - set(BEYOND)
    assert len(catalog.policy.items) == 427


def test_nothing_to_disclose_can_be_stated_of_every_matter(catalog: Catalog) -> None:
    assert list(catalog.codelists["disclosure-type"].codes) == list(catalog.policy.matters)


def test_every_matter_says_by_whom_where_and_in_what_words(catalog: Catalog) -> None:
    for matter in catalog.policy.matters.values():
        assert matter.lead, matter.type
        assert matter.responsible, matter.type
        assert matter.channels, matter.type
        assert matter.items, matter.type
        assert matter.wording.endswith("。"), matter.type
        assert matter.section, matter.type
        assert [item.type for item in matter.complaints] == [matter.type] * len(matter.complaints)
        for body in (*matter.lead, *matter.responsible):
            assert body.name_en.isascii(), body


def test_every_sentence_stands_in_the_opinions(catalog: Catalog) -> None:
    if not OPINIONS.exists():
        pytest.skip("the text of the opinions is not beside this repository")
    text = OPINIONS.read_text("utf-8").replace("\n", "")
    policy = catalog.policy
    channels = {channel for matter in policy.matters.values() for channel in matter.channels}
    for sentence in [*channels, *policy.supervision, *policy.matters.values()]:
        # The opinions speak of exploration and extraction rights in one paragraph under one heading.
        wording = sentence.wording.removeprefix("出让公告公示信息:")
        assert wording in text, wording


def test_a_table_that_names_what_is_not_there_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER / "policy", tmp_path / "policy"))
    (folder / "bodies.csv").write_text("body_zh,body_en\n", "utf-8")
    with pytest.raises(SchemaError) as refused:
        Policy.load(folder)
    assert refused.value.code == "S104"
