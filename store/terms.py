"""Search terms: the same for SQLite's FTS5 and PostgreSQL's array, so that both find the same rows.

A record is found when it holds all terms of the query; places are not kept. Chinese text is cut into pairs of
neighbouring characters, because a word of two characters is the commonest query and no word list knows names.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from operator import add

from opencc import OpenCC

_CHINESE = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUNS = re.compile(rf"([{_CHINESE}]+)|([^\W_{_CHINESE}]+)")
_LONGEST = 64  # characters of a Latin run: an entry of PostgreSQL's index has a limit


def terms(texts: Iterable[str]) -> list[str]:
    """What texts are found by: pairs of Chinese characters, the ends of a Chinese run, Latin and digit runs whole.

    The ends stand alone as well, so that 2024年 is found in 2024年第7号, where 年 belongs to the run 年第.

    >>> terms(["昆明市KCC2024-7"])
    ['昆明', '明市', '昆', '市', 'kcc2024', '7']
    """
    found: list[str] = []
    for chinese, other in _RUNS.findall(_fold("\n".join(texts))):
        if chinese:
            found += _pairs(chinese)
            found += (chinese[0], chinese[-1])
        else:
            found.append(other[:_LONGEST])
    return list(dict.fromkeys(found))


def query_terms(text: str) -> list[str]:
    """The terms that a record must all have to match a query; empty when there is nothing to look for.

    One Chinese character alone is nothing to look for: terms are pairs.

    >>> query_terms("雲南 2024年"), query_terms("、"), query_terms("昆")
    (['云南', '2024', '年'], [], [])
    """
    runs = _RUNS.findall(_fold(text))
    if len(runs) == 1 and len(runs[0][0]) == 1:
        return []
    found: list[str] = []
    for chinese, other in runs:
        found += (_pairs(chinese) or [chinese]) if chinese else [other[:_LONGEST]]
    return list(dict.fromkeys(found))


def match_expression(found: Iterable[str]) -> str:
    """Terms as FTS5's MATCH wants them: every one of them; they hold no quotation marks."""
    return " ".join(f'"{term}"' for term in found)


def _pairs(run: str) -> list[str]:
    return list(map(add, run, run[1:]))


def simplified(text: str) -> str:
    """A text with each traditional character as its simplified one, whatever the phrase."""
    return text.translate(_simplified())


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character's simplified one.

    Character by character, never by phrase (乾隆 stays, 乾 becomes 干): a query is a piece of the text, and a piece
    must fold as the whole does.
    """
    ranges = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x323AF))
    characters = [chr(code) for first, last in ranges for code in range(first, last + 1)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = zip(characters, converted, strict=True)
    return {ord(before): after for before, after in pairs if before != after}
