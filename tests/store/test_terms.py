"""Search terms: what is cut where, and that index and definition agree on what a piece of a text is."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from store.terms import asked_terms, in_title, needle, normal, places, terms, tokens
from tests.query import meaning

ALPHABET = "昆明市呈貢贡區区發髮发后後乾0127AbＺｚ2㎡-—(（ 、\n𠮷𬭎éßİ"
TEXT = st.text(alphabet=ALPHABET, max_size=30)
PIECE = st.text(alphabet=ALPHABET, min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("title", "texts", "found"),
    [
        ("昆明市", [], "昆明市\n"),
        ("KCC2024-7", [], " kcc2024 7 \n"),
        ("雲南(省)", ["ＫＣＣ２０２４号", "雲南省", "、"], "云南省\n kcc2024 号\n"),
        ("26668.5㎡", [], " 26668 5m2 \n"),
        ("、。-", ["甲", "甲"], "\n甲\n"),
    ],
)
def test_texts_as_they_are_compared(title: str, texts: list[str], found: str) -> None:
    assert normal(title, texts) == found


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["昆明市"], ["昆", "明", "市", "昆明", "明市"]),
        (["座"], ["座"]),
        (["KCC2024-7"], ["kcc2024", "kc…", "kcc…", "kcc2…", "kcc202…", "7"]),
        (["𠮷野"], ["𠮷", "野", "𠮷野"]),
        (["、。-"], []),
        (["x" * 500], ["x" * 64, *("x" * size + "…" for size in (2, 3, 4, 6, 8, 12, 16))]),
    ],
)
def test_terms_of_texts(texts: list[str], found: list[str]) -> None:
    assert terms(normal("", texts)) == found


def test_the_terms_of_a_title_stand_twice() -> None:
    found = terms(normal("昆明 7", ["云南"]))
    assert {*in_title(["昆明", "昆", "7"]), "昆明", "7", "云南"} <= set(found)
    assert not {*in_title(["云南"])} & set(found)


@pytest.mark.parametrize(
    ("sought", "prefix", "found", "exact"),
    [
        (["昆"], False, ["昆"], True),
        (["呈", "贡"], False, ["呈贡"], True),
        (["呈", "贡", "区"], False, ["呈贡", "贡区"], False),
        (["2024", "年"], False, ["2024", "年"], False),
        (["第", "7", "号"], False, ["第", "7", "号"], False),
        (["kcc2024"], False, ["kcc2024"], True),
        (["kcc"], True, ["kcc…"], True),
        (["kcc20"], True, ["kcc2…"], False),
        (["第", "7"], True, ["第"], False),
        (["x" * 70], False, ["x" * 64], False),
        (["x" * 70], True, ["x" * 16 + "…"], False),
    ],
)
def test_terms_of_a_search(sought: list[str], prefix: bool, found: list[str], exact: bool) -> None:
    assert asked_terms(sought, prefix=prefix) == (found, exact)


def test_a_long_phrase_asks_for_a_bounded_number_of_terms() -> None:
    phrase = tokens("".join(chr(0x4E00 + at) for at in range(400)))
    assert len(asked_terms(phrase)[0]) <= 14
    assert set(asked_terms(phrase)[0]) <= set(terms(normal("".join(phrase))))


def test_texts_do_not_run_into_one_another() -> None:
    text = normal("昆明", ["市场", "KCC 7"])
    assert "明市" not in terms(text)
    assert needle(["明", "市"]) not in text
    assert needle(["场", "kcc"]) not in text


@given(st.lists(TEXT, min_size=1, max_size=3), PIECE, st.booleans())
def test_index_and_definition_agree(texts: list[str], piece: str, prefix: bool) -> None:
    """What the terms and the normal text say of a piece is what the definition says over the original texts."""
    sought = tokens(piece)
    assume(sought and (len("".join(sought)) > 1 or not prefix))
    prefix = prefix and not meaning.is_chinese(sought[-1][0])
    text = normal(texts[0], texts[1:])
    asked, exact = asked_terms(sought, prefix=prefix)
    candidate = set(asked) <= set(terms(text))
    word = meaning.Wanted(tuple(meaning.words(piece)), prefix, excluded=False)
    there = any(word.places(meaning.words(one)) for one in texts)
    assert (candidate and (exact or needle(sought, prefix=prefix) in text)) == there
    in_the_title = set(in_title(asked)) <= set(terms(text))
    assert (in_the_title and needle(sought, prefix=prefix) in text.partition("\n")[0] + "\n") == bool(
        word.places(meaning.words(texts[0]))
    )


@given(TEXT)
def test_tokens_are_found_again_in_their_text(text: str) -> None:
    assert [one for one, _, _ in places(text)] == tokens(text)
    assert [(first, last) for _, first, last in places(text)] == [(a, b) for _, a, b in meaning.tokens(text)]


@given(TEXT, TEXT)
def test_terms_have_nothing_that_an_index_would_cut(title: str, text: str) -> None:
    for term in terms(normal(title, [text])):
        plain = term.rstrip("…‖")
        assert plain
        assert all(character.isalnum() for character in plain)
        assert plain.isascii() is False or plain == plain.lower()


def test_texts_folded_together_are_each_folded_by_itself() -> None:
    """Some characters join the one before: those are told apart, whatever Unicode says of the others."""
    for first in range(0, 0x30000, 64):
        every = [chr(code) for code in range(first, first + 64) if not 0xD800 <= code < 0xE000]
        together = normal("昆", ["a" + one + "Ａ2雲" for one in every])
        by_itself = [normal("a" + one + "Ａ2雲").removesuffix("\n") for one in every]
        assert together == "\n".join(("昆", *dict.fromkeys(by_itself), ""))
