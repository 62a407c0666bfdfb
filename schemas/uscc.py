"""Unified social credit codes (GB 32100-2015): eighteen characters, the last of them a check."""

import re
import unicodedata
from functools import lru_cache

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

# Table 1 of the standard: which classes each registering authority (the first character) gives.
# 54 came later: villagers' and residents' committees, registered by the civil affairs departments.
_CLASSES = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "12349",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
_SHAPE = re.compile(rf"[{''.join(_CLASSES)}][1-9]\d{{6}}[{_ALPHABET}]{{10}}")
_NOISE = re.compile(r"[\s\-\u2010-\u2015]+")


def normalize(text: str) -> str:
    """A code as people type it, spelled as the standard spells it; says nothing about whether it is valid.

    >>> normalize(" ９１１１００００６０００３７３４１l ")
    '91110000600037341L'
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()


@lru_cache(maxsize=20_000)
def is_valid(code: str) -> bool:
    """Whether a normalized code has the standard's shape, a class that exists and the right check character.

    Some 18-digit bank accounts pass too: look at the column a number stands in.
    """
    if not _SHAPE.fullmatch(code) or code[1] not in _CLASSES[code[0]]:
        return False
    total = sum(weight * _VALUE[character] for weight, character in zip(_WEIGHTS, code[:17], strict=True))
    return _VALUE[code[17]] == -total % 31


def has_organization_code(code: str) -> bool:
    """Whether the organization's code inside a credit code (GB 11714-1997, places 9 to 17) has its check digit.

    The codes of some older organizations do not; look at it only where a number may be something else.
    """
    body, last = code[8:16], code[16]
    if not re.fullmatch(r"[0-9A-Z]{8}", body):
        return False
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(character, 36) for weight, character in zip(weights, body, strict=True))
    return last == "0123456789X0"[11 - total % 11]


def region_of(code: str) -> str | None:
    """The six digits of the division where a valid code was registered, often since renamed; None if invalid."""
    return code[2:8] if is_valid(code) else None
