"""What changed between two versions of a type, and whether the change is a minor or needs a major.

A minor may only do what neither who writes records nor who reads them can notice without looking: every record
valid before is valid with the new number, and every value a reader knew still has its kind, range, unit and place.
So it may add optional properties, deprecate, reword, and add deadlines from a new day. Whatever tightens a rule
breaks writers, whatever loosens one breaks readers (a column that is too short, a switch without a branch): both
are a major.

Some changes not even a major may make, because records of the older version are read through the newest type: a
property that means or holds something else needs another name. docs/decisions/0007-versions.md says why.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from schemas.catalog import Disclosure
from schemas.changes import LEVELS, Change, Comparison, Level, change
from schemas.codelist import Codelist
from schemas.errors import SchemaError
from schemas.field import Field
from schemas.issue import Issue, Rule, issue
from schemas.lineage import readable

RULES: dict[str, Rule] = {
    "S137": Rule("error", "{old} → {name}:{verdict}", "{old} → {name}: {verdictEn}",
                 "{why}。全部改动见 openalloc schemas diff {old} {name}。", "{whyEn}. All changes: openalloc schemas diff {old} {name}"),
    "S140": Rule("error", "{name} 的 {former} 用了 {now} 的旧名", "{former} of {name} takes the name that {now} had before",
                 "旧记录里的 {former} 会读作 {now}:请另取名称。", "In older records {former} is read as {now}: give it another name."),
    "S142": Rule("error", "{old} 之后不能是 {name}", "{name} cannot come after {old}",
                 "次版本号加一,或者主版本号加一、次版本号归零。", "Count the minor up by one, or the major by one and the minor from 0."),
    "S143": Rule("error", "{old} 的记录用 {name} 读取会出错:{why}", "records of {old} would be read wrongly by {name}: {whyEn}",
                 "给这个属性另取名称。", "Give the property another name."),
}  # fmt: skip

_SCALAR_KINDS = ("text", "url", "code", "date", "moment")
# What a value of the old kind may be read as: JSON strings as text, whole numbers as numbers, days as moments.
_WIDER = {("integer", "number"), ("date", "moment")} | {
    (kind, text) for kind in _SCALAR_KINDS for text in ("text", "url")
}
_FIXED = ("lots", "items")  # the store finds these by their name
_PATHS = ("after", "before", "by", "year", "when", "unless")  # of a deadline, what names properties
_LOWER = ("minimum", "min_length", "min_items")
_UPPER = ("maximum", "max_length", "max_items")


def compare(old: Disclosure, new: Disclosure, codelists: Mapping[str, Codelist]) -> Comparison:
    """The changes from one version to another; raises SchemaError S141 for versions of two types.

    Codes count by their day: those that the older version was released too early for are added by the newer.
    """
    if old.type != new.type:
        raise SchemaError(
            "S141", f"{old.name} 和 {new.name} 不是同一个类型", f"{old.name} and {new.name} are not of one type",
            "比较同一类型的两个版本。", "Compare two versions of one type.",
        )  # fmt: skip
    changes = (*_fields(old.fields, new.fields), *_root(old, new), *_codes(old, new, codelists))
    if not changes and _bare(old.schema) != _bare(new.schema):
        changes = (change("", "annotated", "minor", new.title, new.title_en),)
    needed: Level = max((one.level for one in changes), key=LEVELS.index, default="none")
    return Comparison(old.name, new.name, changes, needed, _claimed(old.number, new.number))


def faults(history: Sequence[Disclosure], codelists: Mapping[str, Codelist]) -> Iterator[Issue]:
    """What is wrong with the versions of a type, oldest first: numbers that do not say what changed or skip one,
    and properties that records of some older version would be read wrongly by.
    """
    for old, new in pairwise(history):
        found = compare(old, new, codelists)
        if not found.ok:
            verdict, verdict_en = found.verdict()
            worst = [one for one in found.changes if one.level == found.needed] or list(found.changes)
            yield issue(
                RULES, "S137", path=new.name, old=old.name, name=new.name, verdict=verdict, verdictEn=verdict_en,
                why=";".join(f"{one.path} {one.message}" for one in worst[:5]) or "–",
                whyEn="; ".join(f"{one.path} {one.message_en}" for one in worst[:5]) or "–",
            )  # fmt: skip
        if new.number not in ((old.number[0], old.number[1] + 1), (old.number[0] + 1, 0)):
            yield issue(RULES, "S142", path=new.name, name=new.name, old=old.name)
    newest = history[-1]
    for older in history[:-2]:
        for one in compare(older, newest, codelists).changes:
            if one.level == "never":
                yield issue(RULES, "S143", path=one.path, name=newest.name, old=older.name, why=one.message, whyEn=one.message_en)  # fmt: skip
    yield from _reused(readable(history), newest.name)


def _reused(fields: Sequence[Field], name: str) -> Iterator[Issue]:
    """Properties that took the name that another had before."""
    own = {field.name: field for field in fields if not field.gone}
    for field in own.values():
        for former in field.names[1:] if field.deprecated is None else ():
            if former in own and own[former].deprecated is None:
                yield issue(RULES, "S140", path=own[former].dotted, name=name, former=former, now=field.name)
        yield from _reused(field.fields, name)


def _claimed(old: tuple[int, int], new: tuple[int, int]) -> Level:
    return "none" if new <= old else "minor" if new[0] == old[0] else "major"


def _bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in ("$id", "version")}


# properties


def _fields(old: Sequence[Field], new: Sequence[Field]) -> Iterator[Change]:
    before = {field.name: field for field in old}
    after = {field.name: field for field in new}
    renamed = {
        field.renamed_from: field.name for field in new if field.renamed_from and field.name not in before
    }
    for field in new:
        was = before.get(field.name)
        former = before.get(str(field.renamed_from)) if was is None else None
        if was is not None:
            yield from _field(was, field)
        elif former is not None:
            yield from _renamed(former, field, after)
        else:
            kind, level = ("added required", "major") if field.required else ("added", "minor")
            yield _of(field, kind, level)  # type: ignore[arg-type]
    yield from (
        _of(field, "removed", "major")
        for field in old
        if field.name not in after and field.name not in renamed
    )


def _renamed(was: Field, field: Field, after: Mapping[str, Field]) -> Iterator[Change]:
    still = after.get(was.name)
    names = was.name, field.name
    if any(name in _FIXED for name in names):
        yield _of(field, "renamed fixed", "never", *names)
    elif still is None:
        yield _of(field, "renamed", "major", *names)
    elif still.deprecated is None:
        yield _of(field, "renamed twice", "never", *names)
    else:  # a better name beside the old one, which is deprecated
        yield _of(
            field, "added required" if field.required else "added", "major" if field.required else "minor"
        )
    # What the old name held is read under the new one.
    yield from (
        change for change in _field(was, field) if still is None or change.level == "never"
    )  # fmt: skip


def _of(field: Field, kind: str, level: Level, old: Any = None, new: Any = None) -> Change:
    return change(field.dotted, kind, level, field.title, field.title_en, old, new)


def _field(was: Field, now: Field) -> Iterator[Change]:
    yield from _held(was, now)
    if was.role != now.role:
        yield _of(now, "role changed", "major", was.role, now.role)
    if was.column != now.column:
        yield _of(now, "column changed", "major", was.column, now.column)
    if was.personal != now.personal:
        yield _of(now, "personal changed", "major", was.personal, now.personal)
    if was.required != now.required:
        yield _of(now, "required" if now.required else "optional", "major")
    yield from _limits(was, now)
    yield from _annotations(was, now)
    yield from _fields(was.fields, now.fields)


def _held(was: Field, now: Field) -> Iterator[Change]:
    """What a value is: what reads old records by the new type has to find what it expects."""
    before, after = _shape(was), _shape(now)
    if before != after:
        readable = was.many == now.many and was.is_money == now.is_money and (was.kind, now.kind) in _WIDER
        readable = readable and not (now.kind == "code" and not now.open_codelist)
        yield _of(now, "kind changed", "major" if readable else "never", before, after)
    elif was.codelist != now.codelist:
        yield _of(now, "codelist changed", "major" if was.open_codelist and now.open_codelist else "never", was.codelist, now.codelist)  # fmt: skip
    elif was.open_codelist != now.open_codelist:
        opened = now.open_codelist
        yield _of(now, "codelist opened" if opened else "codelist closed", "major" if opened else "never", was.codelist, now.codelist)  # fmt: skip
    if was.unit != now.unit:
        yield _of(now, "unit changed", "never", was.unit, now.unit)


def _shape(field: Field) -> str:
    held = str(field.definition) if field.is_money else field.kind
    return f"[{held}]" if field.many else held


def _limits(was: Field, now: Field) -> Iterator[Change]:
    for name in (*_LOWER, *_UPPER):
        before, after = getattr(was.limits, name), getattr(now.limits, name)
        if before == after:
            continue
        tightened = before is None or (after is not None and (after > before) == (name in _LOWER))
        yield _of(
            now,
            "tightened" if tightened else "loosened",
            "major",
            {_json(name): before},
            {_json(name): after},
        )
    for name, before, after in (
        ("pattern", was.limits.pattern, now.limits.pattern),
        ("anyOf", was.any_of, now.any_of),
    ):
        if before != after:
            kind = "tightened" if not before else "loosened" if not after else "limit changed"
            yield _of(now, kind, "major", {name: before}, {name: after})


def _json(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(one.capitalize() for one in rest)


def _annotations(was: Field, now: Field) -> Iterator[Change]:
    texts = ("title", "title_en", "description", "description_en")
    if any(getattr(was, text) != getattr(now, text) for text in texts):
        yield _of(now, "retitled", "minor")
    if set(was.aliases) != set(now.aliases):
        yield _of(now, "aliases changed", "minor", was.aliases, now.aliases)
    if (was.clause, was.clause_reason) != (now.clause, now.clause_reason):
        yield _of(now, "clause changed", "minor", was.clause, now.clause)
    if was.deprecated != now.deprecated:
        yield _of(now, "deprecated" if now.deprecated else "restored", "minor")


# the root


def _codes(old: Disclosure, new: Disclosure, codelists: Mapping[str, Codelist]) -> Iterator[Change]:
    """The codes that the newer version may use and the older may not, by codelist."""
    names = {field.codelist for field in old.walk() if field.codelist}
    for name in sorted(names & {field.codelist for field in new.walk()} & set(codelists)):
        codes = codelists[name].codes.values()
        added = [one.code for one in codes if new.release.has(one) and not old.release.has(one)]
        if added:
            yield change("", "codes added", "minor", name, name, None, added)


def _root(old: Disclosure, new: Disclosure) -> Iterator[Change]:
    before, after = old.schema, new.schema
    called = dict(_renamings(old.fields, new.fields))

    def root(kind: str, level: Level, was: Any = None, now: Any = None, title: str = "") -> Change:
        return change("", kind, level, title or new.title, title or new.title_en, was, now)

    if before["stage"] != after["stage"]:
        yield root("stage changed", "major", before["stage"], after["stage"])
    key = [[called.get(path, path) for path in group] for group in before["key"]]
    if key != after["key"]:
        yield root("key changed", "major", key, after["key"])
    process = [called.get(path, path) for path in before["process"]]
    if process != after["process"]:
        yield root("process changed", "major", process, after["process"])
    if any(before[text] != after[text] for text in ("title", "titleEn", "description", "descriptionEn")):
        yield root("retitled", "minor")
    if before.get("clause") != after.get("clause"):
        yield root("clause changed", "minor", before.get("clause"), after.get("clause"))
    for keyword in ("caption", "featured"):
        shown = [called.get(path, path) for path in before[keyword]]
        if shown != after[keyword]:
            yield root("shown otherwise", "minor", shown, after[keyword], title=keyword)
    yield from _deadlines(before["deadlines"], after["deadlines"], called, root)


def _deadlines(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], called: Mapping[str, str], root: Any
) -> Iterator[Change]:
    """A rule may end and another begin; one that is or was in force is not rewritten."""
    left = list(new)
    gone = []
    places: list[int] = []
    for rule in old:
        was = {name: _called(value, called) if name in _PATHS else value for name, value in rule.items()}
        now = next((one for one in left if _counts(one) == _counts(was)), None)
        if now is None:
            gone.append(was)
            continue
        left.remove(now)
        places.append(new.index(now))
        if now.get("to") != was.get("to"):
            ends = "to" not in was
            kind, level = ("deadline ended", "minor") if ends else ("deadline changed", "major")
            yield root(kind, level, was, now)
        elif now != was:
            yield root("retitled", "minor")
    if places != sorted(places):  # the first that fits judges
        yield root("deadline changed", "major", old, new)
    for was in gone:
        other = next((one for one in left if one["from"] == was["from"]), None)
        if other is not None:
            left.remove(other)
        yield root("deadline changed", "major", was, other)
    yield from (root("deadline added", "minor", None, rule) for rule in left)


def _called(value: Any, called: Mapping[str, str]) -> Any:
    """Paths in a deadline as the newer version calls them: one, several, or the keys of a condition."""
    if isinstance(value, str):
        return called.get(value, value)
    if isinstance(value, Mapping):
        return {called.get(path, path): codes for path, codes in value.items()}
    return [called.get(path, path) for path in value]


def _counts(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if name not in ("to", "basis", "basisEn")}


def _renamings(old: Sequence[Field], new: Sequence[Field]) -> Iterator[tuple[str, str]]:
    """(old path, new path) of every property that is, or lies in, one that was renamed."""
    before = {field.name: field for field in old}
    for field in new:
        was = before.get(field.name) or before.get(str(field.renamed_from))
        if was is None:
            continue
        if was.dotted != field.dotted:
            yield was.dotted, field.dotted
        yield from _renamings(was.fields, field.fields)
