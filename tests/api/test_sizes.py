"""Hostile documents of every size: up to its limit each is answered, or refused as ever; beyond it it is refused.

`python -m bench.hostile` measures how long that takes.
"""

import json
import tracemalloc

import pytest

from api.operation import Request, Service
from tests.api.hostile import CASES

MOST = 20_000_000  # bytes that Python may have for what it refuses


@pytest.mark.parametrize("case", CASES)
def test_what_is_beyond_the_limit_is_refused_with_its_code(answering: Service, case: str) -> None:
    sized = CASES[case]
    found = {}
    for size, _ in sized.cases():
        document = sized.make(size)
        request = Request(document.query, document.variables)
        answer = answering.answer(request)
        body = json.loads(answer.body)
        codes = {error["extensions"]["code"] for error in body.get("errors", ())}
        assert codes or "data" in body
        found[size] = "".join(sorted(codes))
    assert found == dict(sized.cases())


@pytest.mark.parametrize("case", [name for name, sized in CASES.items() if sized.beyond])
def test_a_refusal_takes_little_memory(answering: Service, case: str) -> None:
    document = CASES[case].make(CASES[case].limit + 1)
    request = Request(document.query + " ", document.variables)  # to be read anew
    tracemalloc.start()
    try:
        answering.answer(request)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST


def test_there_are_eighty() -> None:
    assert len(CASES) >= 80
