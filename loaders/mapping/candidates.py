"""The properties of a type that a column may fill, each with the names by which a heading may mean it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loaders.mapping.wording import fold_words
from loaders.names import main_field
from schemas.catalog import Disclosure
from schemas.field import Field
from schemas.naming import ANONYMOUS

WHOLE = frozenset({"money", "unitPrice", "period", "organization", "project", "person", "contact"})
ASIDE = frozenset({"parties", "documents", "relatedDisclosures", "withheld"})
# Parts of these are meant by a heading only if it names the whole too, or a column beside it does.
PART_OF = frozenset({"organization", "person", "contact"})
_OURS = frozenset({"id", "schema", "level"})
# What a name counts that says nothing alone, and a wording of a property's description.
_PART, _DESCRIBED = 0.5, 0.85
_LONGEST = 12
_PHRASE = re.compile(r"[、,，。;；:：()（）]")
# What the standard says of a property that is filled beside another, not instead of it.
_BESIDE_ANOTHER = re.compile(r"不同时填写|时不填|没有专门")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A property with the names by which a heading may mean it, each with what it weighs.

    `worded`: beside it stands a property for what is no number or code. `secondary`: the standard wants another property filled first. `said`: the wordings that its description lists.
    """

    field: Field
    names: Mapping[str, float]
    secondary: bool
    said: frozenset[str]
    owner: Field | None
    worded: bool


def candidates(disclosure: Disclosure) -> Iterator[Candidate]:
    """The properties that read a cell, with all names that lead to them."""
    names: dict[tuple[str, ...], dict[str, float]] = {}
    fields: dict[tuple[str, ...], Field] = {}
    described: dict[tuple[str, ...], list[str]] = {}
    for one in disclosure.walk():
        parent = disclosure.by_path.get(".".join(one.path[:-1]))
        if (
            one.path[0] in _OURS
            or one.deprecated
            or (one.kind == "object" and one.definition not in WHOLE and not one.fields)
        ):
            continue
        if parent is not None and (parent.is_money or one.name == "periodDetails"):
            continue
        main = main_field(one, disclosure)
        if main.kind == "object" and main.definition not in WHOLE:
            continue
        main = reading(main, disclosure)
        fields[main.path] = main
        known = names.setdefault(main.path, {})
        described.setdefault(main.path, []).append(one.description)
        for name, weight in _names(one, parent):
            known[name] = max(weight, known.get(name, 0.0))
    for path, known in names.items():
        field = fields[path]
        said = frozenset(part.strip() for text in described[path] for part in _PHRASE.split(text))
        secondary = bool(_BESIDE_ANOTHER.search(" ".join(described[path])))
        worded = f"{field.dotted}Details" in disclosure.by_path
        yield Candidate(field, known, secondary, said, _owner(field, disclosure), worded)


def reading(field: Field, disclosure: Disclosure) -> Field:
    """The organization for its name: it reads a credit code too."""
    parent = disclosure.by_path.get(".".join(field.path[:-1]))
    return (
        parent
        if parent is not None and parent.definition == "organization" and field.name == "name"
        else field
    )


def _owner(field: Field, disclosure: Disclosure) -> Field | None:
    """The organization or person that a field is a part of."""
    parent = disclosure.by_path.get(".".join(field.path[:-1]))
    return parent if parent is not None and parent.definition in PART_OF else None


def _names(one: Field, parent: Field | None) -> Iterator[tuple[str, float]]:
    own = [one.title, one.title_en, fold_words(one.name), *one.aliases]
    titles = {one.title, one.title_en, fold_words(one.name)}
    anonymous = parent is not None and parent.definition in ANONYMOUS
    part = anonymous or one.path[0] in ASIDE
    for name in own:
        bare = parent is not None and parent.definition in WHOLE and name == fold_words(one.name)
        yield name, (_PART if bare or (part and name in titles) else 1.0)
    if not part and one.kind != "object":
        for phrase in _PHRASE.split(one.description):
            if 1 < len(phrase) <= _LONGEST:
                yield phrase, _DESCRIBED
    if parent is not None:
        for above in (parent.title, *parent.aliases):
            yield above + one.title, 1.0
        yield f"{parent.title_en} {one.title_en}", 1.0
        yield f"{fold_words(parent.name)} {fold_words(one.name)}", 1.0
