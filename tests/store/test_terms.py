"""Search terms: what is cut where, and that a piece of a text finds the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.terms import query_terms, terms

TEXT = st.text(alphabet="昆明市呈貢贡區区發髮发后後乾0127AbＺｚ2㎡-—(（ 、\n𠮷𬭎éß", max_size=30)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("昆明市", ["昆明", "明市", "昆", "市"]),
        ("座", ["座"]),
        ("KCC2024-7", ["kcc2024", "7"]),
        ("ＫＣＣ２０２４", ["kcc2024"]),
        ("雲南省國土資源", ["云南", "南省", "省国", "国土", "土资", "资源", "云", "源"]),
        ("26668.5㎡", ["26668", "5m2"]),
        ("𠮷野", ["𠮷野", "𠮷", "野"]),
        ("、。-", []),
        ("x" * 500, ["x" * 64]),
    ],
)
def test_terms_of_a_text(text: str, found: list[str]) -> None:
    assert terms([text]) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("呈贡", ["呈贡"]),
        ("呈貢區", ["呈贡", "贡区"]),
        ("2024年", ["2024", "年"]),
        ("第7号", ["第", "7", "号"]),
        ("昆", []),
        ("“”", []),
        ("", []),
    ],
)
def test_terms_of_a_query(query: str, found: list[str]) -> None:
    assert query_terms(query) == found


def test_texts_do_not_run_into_one_another() -> None:
    assert "明市" not in terms(["昆明", "市场"])


@given(TEXT)
def test_a_text_is_found_by_itself(text: str) -> None:
    assert set(query_terms(text)) <= set(terms([text]))


@given(TEXT, st.text(alphabet="昆明呈貢贡發髮发后後乾", min_size=2, max_size=6), TEXT)
def test_a_chinese_piece_finds_the_text(before: str, piece: str, after: str) -> None:
    assert set(query_terms(piece)) <= set(terms([before + piece + after]))


@given(TEXT)
def test_terms_have_nothing_that_an_index_would_cut(text: str) -> None:
    for term in terms([text]):
        assert term
        assert all(character.isalnum() for character in term)
        assert term.isascii() is False or term == term.lower()
