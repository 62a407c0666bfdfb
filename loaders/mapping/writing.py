"""A proposal as the text of a profile, which reads back as what was proposed."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from loaders.asked import Asked
from loaders.headings import find_heading
from loaders.mapping.lists import EachMatch, WideMatch
from loaders.mapping.match import Matched
from loaders.mapping.proposal import Proposal
from loaders.mapping.specimen import Table
from loaders.mapping.surety import SURE
from loaders.personal import mask
from loaders.profile_file import parse_profile
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

# So long is the path of a property of a list's entries.
_IN_LIST = 2
_WORK = "由 openalloc map 建议;“核对”的行没有把握,请看一看。"


def profile_text(proposal: Proposal, catalog: Catalog, title: str, publisher: str | None = None) -> str:
    """The profile as TOML. What stands beside a column says how sure that is and why."""
    title = mask(title)[0]
    before = [f"# {_WORK}", f"title = {_quoted(title)}"]
    if not proposal.rules:
        before.append(f"type = {_quoted(proposal.type)}")
    if proposal.skipped:
        before.append(f"skip_sheets = [{', '.join(map(_quoted, proposal.skipped))}]")
    after = [*_publisher(publisher), *_rows(proposal, catalog, title)]
    text = "\n".join([*before, *after]) + "\n"
    heading = _heading(proposal, text, catalog)
    return "\n".join([*before, *heading, *after]) + "\n" if heading else text


def _rows(proposal: Proposal, catalog: Catalog, title: str) -> Iterator[str]:
    """What the rows become, all of them or those of each rule."""
    if not proposal.rules:
        columns = proposal.columns()
        yield from _constants(proposal, catalog.types[proposal.type], columns, title)
        yield from ("", "[columns]", *_columns(proposal, columns).values())
        yield from _each(proposal.each)
        yield from _wide(proposal.wide, columns)
        return
    each = [(rule, _columns(rule.proposal, rule.proposal.columns())) for rule in proposal.rules]
    shared = _shared([lines for _, lines in each])
    yield from ("", "[columns]", *shared.values())
    for rule, lines in each:
        yield from ("", "[[records]]", f"type = {_quoted(rule.proposal.type)}")
        when = (f"{_quoted(name)} = [{', '.join(map(_quoted, said))}]" for name, said in rule.when.items())
        yield f"when = {{ {', '.join(when)} }}"
        own = [line for key, line in lines.items() if shared.get(key) != line]
        if own:
            yield from ("", "[records.columns]", *own)
        yield from _each(rule.proposal.each, "records.")
        yield from _wide(rule.proposal.wide, rule.proposal.columns(), "records.")


def _shared(each: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Of every column the line that most rules have."""
    found: dict[str, str] = {}
    for key in dict.fromkeys(key for lines in each for key in lines):
        counts = Counter(lines[key] for lines in each if key in lines)
        line, count = counts.most_common(1)[0]
        if count > 1:
            found[key] = line
    return found


def _publisher(publisher: str | None) -> Iterator[str]:
    if publisher:
        yield ""
        yield "[publisher]"
        yield f"uscc = {_quoted(publisher)}"


def _constants(
    proposal: Proposal, disclosure: Disclosure, columns: Mapping[str, Matched], title: str
) -> Iterator[str]:
    """The title, where nothing else could identify a record: the whole file then is one."""
    paths = {one.best.field.dotted for one in columns.values() if one.best}
    paths |= {part.best.field.dotted for one in proposal.each for part in one.parts if part.best}
    keys = [list(one) for one in disclosure.schema["key"]]
    titled = any(table.titles for table, _ in proposal.tables)
    if any(all(_reached(path, paths) for path in key) for key in keys) or ["title"] not in keys or titled:
        return
    yield ""
    yield "[constants]"
    yield f"title = {_quoted(title)}  # 核对:没有列能识别一条记录,整个文件是一条"


def _columns(proposal: Proposal, columns: Mapping[str, Matched]) -> dict[str, str]:
    """The line of every column by its key."""
    wide = {key for one in proposal.wide for key in one.columns}
    found: dict[str, str] = {}
    for key, one in columns.items():
        if not key or mask(key)[1] or (key in wide and one.best and one.best.why == ("代码表",)):
            continue
        if one.parts:
            targets = [_target(one, one.best.path)] if one.best else []
            targets += [_target(part, part.best.path) for part in one.parts if part.best]
            found[key] = f"{_quoted(key)} = [{', '.join(targets)}]  # 核对 单元格里有几个值"
        elif one.best is None:
            found[key] = f"{_quoted(key)} = {{ drop = {_quoted(one.reason)} }}"
        else:
            found[key] = f"{_quoted(key)} = {_target(one, one.best.path)}  # {how_sure(one)}"
    return found


def _target(one: Matched, path: str) -> str:
    more: dict[str, str | dict[str, str]] = {}
    # What a heading states and is no unit that is known, the loader finds in the heading again.
    known = bool(one.column.unit) and one.column.contents.reader.units.is_unit(str(one.column.unit))
    if one.column.unit and known and one.best and (one.best.field.is_money or one.best.field.unit):
        more["unit"] = one.column.unit
    elif (
        not one.column.unit
        and (usual := one.column.contents.usual_unit)
        and one.best
        and (one.best.field.is_money or one.best.field.unit)
    ):
        more["unit"] = usual
    if one.column.pattern:
        more["pattern"] = one.column.pattern
    if one.best and (sign := _split(one.best.field, one)):
        more["split"] = sign
    if one.column.contents.day and one.best and one.best.field.kind in ("date", "moment"):
        more["replace"] = {one.column.contents.day: "日"}
    if not more:
        return _quoted(path)
    return _table({"to": path, **more})


def _table(said: Mapping[str, str | dict[str, str]]) -> str:
    """A table on one line."""
    parts = (
        f"{_key(name)} = {_table(dict(one)) if not isinstance(one, str) else _literal(one) if name == 'pattern' else _quoted(one)}"
        for name, one in said.items()
    )
    return f"{{ {', '.join(parts)} }}"


def _literal(text: str) -> str:
    """A pattern as people write it, its backslashes single."""
    return _quoted(text) if "'" in text else f"'{text}'"


def _key(name: str) -> str:
    return name if name.isascii() and name.isalpha() else _quoted(name)


def _split(field: Field, one: Matched) -> str | None:
    """The sign at which cells are parted into entries of a list: in most cells, or of a list of dates and sums in some."""
    contents = one.column.contents
    if len(field.path) < _IN_LIST or field.many:
        return None
    entries = len(field.path) > _IN_LIST and (field.kind in ("date", "moment", "number") or field.is_money)
    return contents.packed or ("|" if entries and contents.sometimes_packed else None)


def _each(found: Sequence[EachMatch], above: str = "") -> Iterator[str]:
    for one in found:
        yield from (
            "",
            f"[[{above}each]]",
            f"list = {_quoted(one.source)}",
            f"to = {_quoted(one.field.dotted)}",
        )
        if one.ordinal:
            yield f"ordinal = {_quoted(one.ordinal)}"
        yield from ("", f"[{above}each.columns]")
        for part in one.parts:
            if part.best is None:
                yield f"{_quoted(part.column.name)} = {{ drop = {_quoted(part.reason)} }}"
            else:
                path = part.best.field.dotted.removeprefix(f"{one.field.dotted}.")
                yield f"{_quoted(part.column.name)} = {_target(part, path)}  # {how_sure(part)}"


def _wide(found: Sequence[WideMatch], columns: Mapping[str, Matched], above: str = "") -> Iterator[str]:
    for one in found:
        mine = {
            key: title
            for key, title in one.columns.items()
            if (at := columns.get(key)) is not None and at.best and at.best.why == ("代码表",)
        }
        if not mine:
            continue
        yield from (
            "",
            f"[[{above}unpivot]]",
            f"to = {_quoted(one.field.dotted)}",
            f"label = {_quoted(one.label.name)}",
        )
        yield f"value = {_quoted(one.value.name)}"
        if one.unit:
            yield f"unit = {_quoted(one.unit)}"
        yield from ("", f"[{above}unpivot.columns]")
        yield from (f"{_quoted(key)} = {_quoted(title)}" for key, title in mine.items())


def how_sure(one: Matched) -> str:
    """How sure a column is and why: `87% 词、值`, with a word where somebody should look."""
    assert one.best is not None
    doubt = "" if one.best.score >= SURE else "核对 "
    return f"{doubt}{one.best.score:.0%} {'、'.join(one.best.why)}"


def _heading(proposal: Proposal, text: str, catalog: Catalog) -> list[str]:
    """Where the headings are, if the loader with this profile would not find them there itself."""
    asked = Asked(catalog, profile=parse_profile(text, "map", catalog))
    tables = [table for table, _ in proposal.tables if not table.nested]
    if len(tables) != 1 or _is_found(tables[0], asked):
        return []
    (table,) = tables
    names = ", ".join(_quoted(name) for name in table.names)
    return [f"heading_row = {table.heading_row}", f"headings = [{names}]"]


def _is_found(table: Table, asked: Asked) -> bool:
    found = find_heading(table.first, asked.knows)
    return found is not None and _trimmed(found.names) == _trimmed(table.names)


def _trimmed(names: Sequence[str]) -> list[str]:
    """The names without the empty ones at the end."""
    found = list(names)
    while found and not found[-1]:
        found.pop()
    return found


def _reached(path: str, paths: set[str]) -> bool:
    return any(one == path or one.startswith(f"{path}.") or path.startswith(f"{one}.") for one in paths)


def _quoted(text: str) -> str:
    """A text as TOML writes it between quotes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
