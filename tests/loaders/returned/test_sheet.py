"""A worksheet on its way through: every mark at its cell, every other byte as it came, wherever the pieces are cut."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from formats.extent import column_letters, column_number
from loaders.returned import sheet as module
from loaders.returned.ooxml import MAIN
from loaders.returned.sheet import Changes, Place, first_of_merged, rewrite
from loaders.returned.styles import EMPTY, Styles

XFS = b'<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="14"/></cellXfs>'
STYLES = EMPTY.replace(b"<cellStyles", XFS + b"<cellStyles")
Cells = dict[Place, tuple[str | None, bool]]  # style as said, and whether the cell is written as `<c/>`


def run(
    content: str, marks: dict[Place, str], piece: int = 1 << 18, drawing: str | None = None
) -> tuple[bytes, Styles]:
    styles = Styles(STYLES)
    copy = io.BytesIO()
    before, module.CHUNK = module.CHUNK, piece  # type: ignore[misc]
    try:
        rewrite(io.BytesIO(content.encode()), copy, Changes(styles, marks, {}, drawing))
    finally:
        module.CHUNK = before  # type: ignore[misc]
    return copy.getvalue(), styles


def written(cells: Cells, rows: set[int], prefix: str, places: bool) -> str:
    """A worksheet; without `places` neither rows nor cells say where they are, so none is left out."""
    p = f"{prefix}:" if prefix else ""
    space = f"xmlns:{prefix}" if prefix else "xmlns"
    made = [
        f'<?xml version="1.0"?>\n<{p}worksheet {space}="{MAIN}"><{p}cols><{p}col min="2" max="3" style="2"/></{p}cols><{p}sheetData>\n'
    ]
    for row in sorted(rows | {row for row, _ in cells}):
        inside = ""
        for (at, column), (style, empty) in sorted(cells.items()):
            if at == row:
                said = f" r='{column_letters(column)}{row}'" if places else ""
                said += f' s="{style}"' if style else ""
                inside += f"<{p}c{said}/>" if empty else f"<{p}c{said}><{p}v>{row}{column}</{p}v></{p}c>"
        number = f' r="{row}"' if places else ""
        made.append(f"<{p}row{number}>{inside}</{p}row>" if inside else f"<{p}row{number} />")
    return "".join([*made, f"</{p}sheetData><{p}pageMargins/><{p}tableParts/></{p}worksheet>"])


def read(content: bytes) -> dict[Place, tuple[int, str]]:
    """Style and value of every cell; places have to be in order."""
    found: dict[Place, tuple[int, str]] = {}
    row = 0
    for element in etree.fromstring(content).iter(f"{{{MAIN}}}row"):
        row = int(element.get("r", row + 1))
        column = 0
        for cell in element:
            name = cell.get("r")
            column = column_number(name.rstrip("0123456789")) if name else column + 1
            assert (row, column) > max(found, default=(0, 0))
            found[row, column] = (int(cell.get("s", "0")), "".join(cell.itertext()))
    return found


places = st.tuples(st.integers(1, 6), st.integers(1, 5))
cells = st.dictionaries(places, st.tuples(st.sampled_from([None, "1", "2"]), st.booleans()), max_size=12)


@given(
    cells, st.sets(st.integers(1, 6), max_size=3), st.dictionaries(places, st.sampled_from(["error", "warning"]), max_size=8),
    st.sampled_from(["", "x"]), st.sampled_from([1, 7, 64, 1 << 18]),
)  # fmt: skip
def test_every_mark_is_at_its_cell_and_everything_else_as_it_was(
    before: Cells, rows: set[int], marks: dict[Place, str], prefix: str, piece: int
) -> None:
    content = written(before, rows, prefix, places=True)
    after, styles = run(content, marks, piece, "rId9")
    assert after == run(content, marks, 1 << 18, "rId9")[0]
    had = read(content.encode())
    found = read(after)
    assert set(found) == set(had) | set(marks)
    for place, (style, value) in found.items():
        was, said = had.get(place, (2 if place[1] in (2, 3) else 0, ""))
        assert value == said
        assert style == (styles.marked(was, marks[place]) if place in marks else was)
    root = etree.fromstring(after)
    assert [etree.QName(one).localname for one in root][-3:] == ["pageMargins", "legacyDrawing", "tableParts"]


@given(cells, st.sampled_from(["", "x"]), st.sampled_from([1, 7, 1 << 18]))
def test_without_marks_every_byte_stays(before: Cells, prefix: str, piece: int) -> None:
    content = written(before, set(), prefix, places=True)
    assert run(content, {}, piece)[0] == content.encode()


def test_cells_that_do_not_say_where_they_are_are_counted() -> None:
    content = written(
        {(row, column): (None, False) for row in (1, 2) for column in (1, 2)}, set(), "", places=False
    )
    after, styles = run(content, {(2, 2): "error", (2, 4): "error", (4, 1): "error"})
    found = read(after)
    assert set(found) == {(1, 1), (1, 2), (2, 1), (2, 2), (2, 4), (4, 1)}
    assert found[2, 2] == (styles.marked(0, "error"), "22")


def test_a_row_has_its_style_before_its_column() -> None:
    content = f'<worksheet xmlns="{MAIN}"><cols><col min="1" max="9" style="2"/></cols><sheetData><row r="1" s="1" customFormat="1"/></sheetData></worksheet>'
    after, styles = run(content, {(1, 3): "error", (2, 3): "error"})
    assert read(after) == {(1, 3): (styles.marked(1, "error"), ""), (2, 3): (styles.marked(2, "error"), "")}


def test_an_empty_sheet_is_opened_for_its_mark() -> None:
    after, _ = run(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>', {(3, 2): "error"})
    assert list(read(after)) == [(3, 2)]


def test_rows_out_of_order_are_refused_where_one_would_be_written_twice() -> None:
    content = f'<worksheet xmlns="{MAIN}"><sheetData><row r="5"/><row r="3"/></sheetData></worksheet>'
    with pytest.raises(Exception, match="F040"):
        run(content, {(3, 1): "error"})


@pytest.mark.parametrize("piece", [5, 64, 1 << 18])
def test_places_in_merged_ranges_are_known_wherever_the_pieces_are_cut(
    piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", piece)
    content = b"<worksheet><mergeCells><x:mergeCell ref='B2:C4'/>\n<mergeCell  ref = \"E1:E9\" /></mergeCells></worksheet>"
    asked = [(2, 2), (4, 3), (5, 3), (9, 5), (1, 1)]
    found = first_of_merged(io.BytesIO(content), iter(asked))
    assert found == {(2, 2): (2, 2), (4, 3): (2, 2), (9, 5): (1, 5)}


def test_a_style_and_its_mark_lead_back_to_each_other() -> None:
    yellow = b'<fill><patternFill patternType="solid"><fgColor rgb="FFFFFF00"/><bgColor indexed="64"/></patternFill></fill>'
    none = b'<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    content = STYLES.replace(b"<cellXfs", b'<fills count="3">' + none + yellow + b"</fills><cellXfs", 1)
    content = content.replace(b'<xf numFmtId="9"/>', b'<xf numFmtId="9" fillId="2" applyFill="1"/>')
    styles = Styles(content)
    marks = {
        style: [styles.marked(style, severity) for severity in ("error", "warning")] for style in (0, 1, 2)
    }
    assert len({one for both in marks.values() for one in both}) == 6
    assert styles.marked(1, "info") == 1
    again = Styles(etree.tostring(styles.root), styles.originals)
    assert again.restored() == {mark: style for style, both in marks.items() for mark in both}
    assert re.findall(rb'rgb="(FFFF[CF][82]..)"', etree.tostring(styles.root)) == [
        b"FFFFC8C0", b"FFFFF280", b"FFFFC8C1", b"FFFFF281"
    ]  # fmt: skip


def test_where_there_are_too_many_fills_to_remember_a_cell_keeps_its_own() -> None:
    fills = "".join(
        f'<fill><patternFill patternType="solid"><fgColor rgb="FF0000{number:02X}"/></patternFill></fill>'
        for number in range(80)
    )
    xfs = "".join(f'<xf fillId="{number}"/>' for number in range(80))
    styles = Styles(
        f'<styleSheet xmlns="{MAIN}"><fills count="80">{fills}</fills><cellXfs count="80">{xfs}</cellXfs></styleSheet>'.encode()
    )
    marked = [styles.marked(style, "error") for style in range(80)]
    assert sum(mark == style for style, mark in enumerate(marked)) == 80 - 64
    assert len(styles.originals) == 64
