"""Credit codes against real ones and against numbers that only look like one."""

import pytest

from schemas.uscc import is_valid, normalize, region_of

VALID = [
    "121200004013590816",
    "911522010783762860",
    "91152201078377449P",
    "9115220107837941X1",
    "91152201078382010M",
    "911522010783917502",
    "91152201078394644D",
    "91152201078395188Q",
    "91310112087994932F",
    "91310115MA1K3BTP2B",
    "91310116052958608G",
    "91310116076409427L",
    "913101203509708598",
    "913205056082348768",
    "91340600MA2PBM9HXD",
    "91340600MA2PBMA74B",
    "91340600MA2PBN188W",
    "91340600MA2PBN831R",
    "91340600MA2PBNE723",
    "91340600MA2PBP2120",
    "91340600MA2PBP6A1W",
    "91340600MA2PENCC7K",
    "91340600MA2PENWF9P",
    "91340600MA2PEP518T",
    "91340600MA2PEP7F5B",
    "91340600MA2PERLJ2D",
    "91340600MA2UJYG49B",
    "91340602MA2UJY3J9W",
    "91340602MA2UJYD90G",
    "91340603MA2UJYN78Q",
    "91340603MA2UJYNU67",
    "91340604MA2PBQBH3P",
    "91340604MA2PEL1X3M",
    "91340621MA2PBPLU08",
    "91340621MA2PEMUHX8",
    "91340621MA2PEN6Q3Y",
    "91340621MA2PEPJB9F",
    "91371082775260043P",
    "914112810713741814",
    "9144030071526726XG",
    "91620100719023721L",
    "91620105224521729E",
    "91620105556273987U",
    "91620105556284969Y",
    "91620105556287545F",
    "91620105571630591E",
    "91620105585923360D",
    "91620105665404165K",
    "9162010567592034XQ",
    "91620105750906995R",
    "91620105750935948X",
    "91620105756580826D",
    "91620105767728304H",
    "91620105784023285J",
    "91620105789620900B",
    "91620105794891756D",
    "91620105L015101280",
    "91110000600037341L",
    "91370211780374731M",
    "914400001903718642",
    "12421100420796199W",
    "11410423005487188A",
]

INVALID = [
    ("91110000600037341N", "another check character"),
    ("9111000060003IOZSV", "letters that the alphabet leaves out"),
    ("822712613015116670", "a bank account whose check digit fits; there is no class 82"),
    ("935001010010930012", "a bank account of 18 digits"),
    ("130117562645086249", "a number of 18 digits"),
    ("91110000600037341", "one character short"),
    ("91110000600037341LL", "one character long"),
    ("91110000600037341l", "not normalized"),
    ("", "nothing"),
]


@pytest.mark.parametrize("code", VALID)
def test_a_real_code_is_valid(code: str) -> None:
    assert is_valid(code)
    assert region_of(code) == code[2:8]


@pytest.mark.parametrize(("code", "why"), INVALID)
def test_what_only_looks_like_a_code_is_invalid(code: str, why: str) -> None:
    assert not is_valid(code), why
    assert region_of(code) is None


def test_codes_may_begin_with_a_letter() -> None:
    assert is_valid("N2530114MF0000001" + _check("N2530114MF0000001"))
    assert is_valid("54530114ME0000001" + _check("54530114ME0000001"))


def test_any_single_wrong_character_is_caught() -> None:
    code = "91110000600037341L"
    for place in range(18):
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY".replace(code[place], ""):
            assert not is_valid(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "91110000600037341L",
        " 91110000600037341l\n",
        "９１１１００００６０００３７３４１Ｌ",
        "9111 0000 6000 3734 1L",
        "91110000-60003734-1L",
        "91110000\u00a0600037341L",
    ],
)
def test_a_code_is_normalized_to_one_spelling(text: str) -> None:
    assert normalize(text) == "91110000600037341L"


def _check(body: str) -> str:
    return next(end for end in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_valid(body + end))
