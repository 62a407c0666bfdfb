"""Settings come from the command line, else from the environment, and reach a worker as they are."""

import pytest

from cli.settings import DEFAULT_DATABASE, DEFAULT_RATE, Settings
from schemas.errors import OpenallocError


def test_the_command_line_comes_before_the_environment() -> None:
    environment = {"OPENALLOC_DATABASE_URL": "a.db", "OPENALLOC_READ_URL": "postgresql://replica/a"}
    assert Settings.of(environment).database == "sqlite:///a.db"
    assert Settings.of(environment).read == "postgresql://replica/a"
    made = Settings.of(environment, database="b.db", read="c.db")
    assert (made.database, made.read) == ("sqlite:///b.db", "sqlite:///c.db")


def test_without_either_there_is_one_file_and_a_limit() -> None:
    assert Settings.of({}) == Settings(DEFAULT_DATABASE, None, DEFAULT_RATE, "")
    assert Settings.of({"OPENALLOC_READ_URL": "", "OPENALLOC_RATE": ""}) == Settings()


def test_nobody_may_submit_unless_it_is_asked_for() -> None:
    assert not Settings.of({}).submissions
    assert not Settings.of({"OPENALLOC_SUBMISSIONS": "off"}).submissions
    assert Settings.of({"OPENALLOC_SUBMISSIONS": "on"}).submissions
    assert Settings.of({}, submissions=True).submissions


def test_a_worker_reads_what_the_command_was_told() -> None:
    made = Settings("sqlite:///a.db", "postgresql://replica/a", "off", "10.0.0.0/8", True, "5/1")
    assert Settings.of(made.environment()) == made
    assert Settings.of(Settings().environment()) == Settings()


def test_the_key_of_webhooks_lies_beside_the_database_unless_named() -> None:
    assert str(Settings.of({}, database="b.db").webhook_key) == "b.db.webhooks.key"
    assert str(Settings.of({"OPENALLOC_WEBHOOK_KEY_FILE": "/srv/key"}).webhook_key) == "/srv/key"
    assert Settings.of({"OPENALLOC_WEBHOOKS": "on"}).webhooks
    assert not Settings.of({}).webhooks


def test_answers_have_a_bound_or_are_not_kept() -> None:
    assert Settings().answer_bytes == 1_000_000_000
    assert Settings.of({"OPENALLOC_ANSWERS": "50"}).answer_bytes == 50_000_000
    assert Settings.of({"OPENALLOC_ANSWERS": "off"}).answer_bytes == 0
    for wrong in ("0", "-1", "1GB", "一"):
        with pytest.raises(OpenallocError, match="C150"):
            _ = Settings(answers=wrong).answer_bytes


def test_bodies_wait_beside_the_database_unless_a_folder_is_named() -> None:
    folders = {
        "sqlite:////srv/a.db": "/srv/a.db.submissions", "sqlite:///a.db?x=1": "a.db.submissions", "b.db": "b.db.submissions",
        "postgresql://u@h/openalloc": "openalloc.submissions",
    }  # fmt: skip
    for database, folder in folders.items():
        assert str(Settings.of({}, database=database).kept) == folder
    named = Settings.of({"OPENALLOC_SUBMISSION_FOLDER": "/srv/waiting"})
    assert str(named.kept) == "/srv/waiting" == str(Settings.of(named.environment()).kept)


def test_the_prefix_of_ocids_is_what_was_registered() -> None:
    assert Settings.of({}).ocid == "ocds-opnall"
    assert Settings.of({"OPENALLOC_OCID": "ocds-a1b2c3"}).ocid == "ocds-a1b2c3"
    for wrong in ("a1b2c3", "ocds-A1B2C3", "ocds-a1b2c3d", "ocds-a1b2c\u0660"):
        with pytest.raises(OpenallocError, match="C140"):
            Settings.of({"OPENALLOC_OCID": wrong})
