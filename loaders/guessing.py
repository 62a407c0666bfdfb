"""Which type of disclosure a sheet's headings mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loaders.issues import RULES
from loaders.names import Names, variants
from schemas.catalog import Catalog
from schemas.codelist import fold
from schemas.issue import Issue, issue

# What every type has says nothing of which it is.
_ENVELOPE_WEIGHT = 0.25
_ENOUGH = 1.5
# A type that is nearly as good makes the answer doubtful.
_CLEARLY = 1.1
# So many types are named where none is near enough.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Guess:
    """The type, or why there is none; where it was not clear from the headings, a note of what decided."""

    type: str | None
    issue: Issue | None = None


def guess_type(
    headings: Sequence[str], names: Mapping[str, Names], catalog: Catalog, called: Sequence[str] = (),
    *, nested: bool = False,
) -> Guess:  # fmt: skip
    """The type whose own properties the headings name best, if one is clearly ahead of the others.

    A heading that names a type (土地成交公示标题) leaves only the types of that name in question. Where several are
    near, what the table is `called` (the file's name, the sheet's, the lines above) may decide among them. `nested`
    headings are dotted paths of JSON objects.
    """
    scores: dict[str, float] = {}
    envelope = _shared_names(catalog)
    said = [type_ for type_, of_type in names.items() if any(map(of_type.says_type, headings))]
    if len(said) == 1:
        return Guess(said[0])
    for type_ in said or names:
        of_type = names[type_]
        score = 0.0
        for heading in headings:
            found = of_type.find(heading, nested=nested) if heading else ()
            if found and not found[0].generic:
                shared = found[0].field.path[0] in envelope
                score += found[0].weight * (_ENVELOPE_WEIGHT if shared else 1)
        scores[type_] = score
    ranked = sorted(scores, key=lambda name: -scores[name])
    shown = "、".join(heading for heading in headings if heading)
    if not ranked or scores[ranked[0]] < _ENOUGH:
        # Where more are equally near, none of them is worth naming.
        beyond = scores[ranked[_NAMED]] if len(ranked) > _NAMED else 0
        types, types_en = _titles([name for name in ranked[:_NAMED] if scores[name] > beyond], catalog)
        types = f"最接近的是{types}。" if types else ""
        types_en = f"The nearest are {types_en}. " if types else ""
        return Guess(None, issue(RULES, "L002", value=shown, types=types, typesEn=types_en))
    rivals = [name for name in ranked if scores[name] * _CLEARLY > scores[ranked[0]]]
    if len(rivals) > 1:
        chosen = _called(rivals, called, catalog)
        if chosen is not None:
            types, types_en = _titles([chosen], catalog)
            return Guess(chosen, issue(RULES, "L019", types=types, typesEn=types_en))
        types, types_en = _titles(rivals[:6], catalog)
        return Guess(None, issue(RULES, "L003", value=shown, types=types, typesEn=types_en))
    return Guess(ranked[0])


def _called(rivals: Sequence[str], called: Sequence[str], catalog: Catalog) -> str | None:
    """The one type that names say most of: its title, or its domain in Chinese or English."""
    text = fold(" ".join(called))
    scores = {}
    for name in rivals:
        disclosure = catalog.types[name]
        domain = catalog.codelists["domain"].codes[disclosure.domain]
        titles = [disclosure.title, *variants(disclosure.title)]
        domains = [domain.code, domain.title, *domain.aliases]
        scores[name] = 2 * any(fold(one) in text for one in titles) + any(
            fold(one) in text for one in domains
        )
    best = max(scores.values())
    first = [name for name in rivals if scores[name] == best]
    return first[0] if best and len(first) == 1 else None


def _titles(names: Sequence[str], catalog: Catalog) -> tuple[str, str]:
    """Types as people call them, in Chinese and English, each with its path."""
    found = [(catalog.types[name], name) for name in names]
    return (
        "、".join(f"{one.title}({name})" for one, name in found),
        ", ".join(f"{one.title_en} ({name})" for one, name in found),
    )


def _shared_names(catalog: Catalog) -> frozenset[str]:
    """The properties that every type has, lots left out: what is in them differs."""
    names = [frozenset(field.name for field in disclosure.fields) for disclosure in catalog.types.values()]
    return frozenset.intersection(*names) - {"lots"} if names else frozenset()
