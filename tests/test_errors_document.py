"""docs/errors.md is made from the code: every error of every room, with its sentences.

OPENALLOC_WRITE_DOCS=1 writes it anew; without it the test compares.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "errors.md"
ROOMS = {
    "schemas": "S",
    "formats": "F",
    "store": "DWO",
    "loaders": "LWKPO",  # P: personal data that must not go out
    "query": "Q",
    "publish": "P",
    "api": "AQK",
    "cli": "CKM",
}
LETTERS = {
    "M": "Mapping: a profile proposed for a file",
    "F": "Formats: the bytes of a file", "S": "Schemas: a record, a schema, a codelist", "D": "Store: the database",
    "L": "Loaders: a department's file", "Q": "Query: an operation", "P": "Publish: what goes out", "A": "API: an HTTP request", "C": "Command",
    "W": "Withdrawals and repairs",
    "K": "Keys: what may be submitted with them",
    "O": "Organizations: pairs that may be one",
}  # fmt: skip
CODE = re.compile(r"^[FSDLQPACMWKO]\d{3}$")


def errors() -> Iterator[tuple[str, str, str, str]]:
    """(code, Chinese, English, room) of every place in the code that gives a code its sentences."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                yield from _sentences(node, room)


def _sentences(node: ast.AST, room: str) -> Iterator[tuple[str, str, str, str]]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if _is_code(key) and isinstance(value, ast.Call):
                texts = [text for text in map(_text, value.args) if text]
                texts = [text for text in texts if text not in ("error", "warning", "info")]
                yield _text(key), texts[0], texts[1], room
    elif isinstance(node, ast.Call):
        for at, argument in enumerate(node.args):
            if _is_code(argument):
                texts = [_text(one) for one in node.args[at + 1 : at + 3]]
                if len(texts) == 2 and all(texts):
                    yield _text(argument), texts[0], texts[1], room


def _is_code(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CODE.match(node.value))


def _text(node: ast.AST | None) -> str:
    """The text of a literal, an f-string's expressions as {…}."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{…}" for part in node.values)
    return ""


def render() -> str:
    """The whole document."""
    rows: dict[str, dict[tuple[str, str], None]] = {}
    for code, chinese, english, _ in errors():
        rows.setdefault(code, {})[_cell(chinese), _cell(english)] = None
    lines = [
        "# Errors and issues", "",
        "Every code is stable and never reused. An issue (L, S) is about the data and stands in a report; all others",
        "are exceptions about the program or the asker. Made from the code by `tests/test_errors_document.py`.", "",
    ]  # fmt: skip
    for letter, title in LETTERS.items():
        found = sorted(code for code in rows if code[0] == letter)
        if found:
            lines += [f"## {letter} — {title}", "", "| code | 中文 | English |", "|---|---|---|"]
            for code in found:
                chinese, english = zip(*rows[code], strict=True)
                lines.append(f"| {code} | {' · '.join(chinese)} | {' · '.join(english)} |")
            lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return re.sub(r"\{[^}]*\}", "…", text).replace("|", "\\|").replace("\n", " ")


def test_every_error_is_listed_with_its_sentences() -> None:
    if os.environ.get("OPENALLOC_WRITE_DOCS"):
        DOCUMENT.write_text(render(), "utf-8")
    assert DOCUMENT.read_text("utf-8") == render(), (
        "run with OPENALLOC_WRITE_DOCS=1 and look at the difference"
    )


def test_a_codes_letter_is_its_rooms() -> None:
    assert [(code, room) for code, _, _, room in errors() if code[0] not in ROOMS[room]] == []


def test_every_code_in_the_code_is_listed() -> None:
    listed = set(re.findall(r"^\| ([A-Z]\d{3}) ", DOCUMENT.read_text("utf-8"), re.MULTILINE))
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                assert not _is_code(node) or _text(node) in listed, (
                    f"{_text(node)} in {path.name} is not listed"
                )
