"""Codes that organizations had before 2015, and what of them is still in a credit code.

A credit code (GB 32100-2015) holds the organization code (GB 11714-1997) at its places 9 to 17; that one stays when
the authority, the class or the division of the registration changes, and with them the credit code. The registration
number of a business licence (15 digits) is in no credit code: only a record that has both, or a person, can say whose
it was.
"""

import re

from schemas.uscc import has_organization_code, is_valid, normalize

_ORGANIZATION_CODE = re.compile(r"[0-9A-HJ-NP-Z]{8}[0-9X]")
_REGISTRATION_NUMBER = re.compile(r"[1-9]\d{14}")
# A resident number of before 2000: division, day of birth in six digits, a number.
_OLD_RESIDENT = re.compile(r"[1-9]\d{5}\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}")
_FORMER = "0" * 8  # has_organization_code looks at places 9 to 17


def former_code(text: str) -> str | None:
    """An organization code or a registration number as it is compared; None for anything else.

    Both have to pass their checks. A number that could be a resident number of before 2000 is none, nor are the
    licence numbers of 13 digits, which have no check digit.

    >>> former_code("77551234－3"), former_code("530100100012345"), former_code("530100800101233")
    ('775512343', '530100100012345', None)
    """
    code = normalize(text)
    if _ORGANIZATION_CODE.fullmatch(code):
        return code if has_organization_code(_FORMER + code) and set(code) != {"0"} else None
    if _REGISTRATION_NUMBER.fullmatch(code) and not _OLD_RESIDENT.fullmatch(code):
        return code if _is_registered(code) else None
    return None


def lasting_code(uscc: str) -> str | None:
    """The organization code inside a credit code; None where either fails its check: then nothing follows from it.

    >>> lasting_code("91110000600037341L"), lasting_code("91110000600037341M")
    ('600037341', None)
    """
    return uscc[8:17] if is_valid(uscc) and has_organization_code(uscc) else None


def _is_registered(number: str) -> bool:
    """Whether the last digit is the check of ISO 7064, MOD 11,10."""
    rest = 10
    for digit in number[:14]:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return (rest + int(number[14])) % 10 == 1
