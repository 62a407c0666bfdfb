"""The one place that computes how a name is spelled elsewhere."""

import re


def words(name: str) -> list[str]:
    """The words of a path, kebab, snake or camelCase name.

    >>> words("procurement/award-result"), words("publishedDate")
    (['procurement', 'award', 'result'], ['published', 'date'])
    """
    parts = re.split(r"[/\-_.\s]+", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name))
    return [part.lower() for part in parts if part]


def pascal(name: str) -> str:
    """A GraphQL type's name: `procurement/award-result` → `ProcurementAwardResult`."""
    return "".join(word.capitalize() for word in words(name))


def camel(name: str) -> str:
    """A GraphQL field's name: `published_date` → `publishedDate`."""
    spelled = pascal(name)
    return spelled[:1].lower() + spelled[1:]


def plural(name: str) -> str:
    """The name of a list: `medicineResult` → `medicineResults`; what is plural already stays.

    >>> plural("worksAwardCandidates"), plural("housingPlanProgress")
    ('worksAwardCandidates', 'housingPlanProgresses')
    """
    if name.endswith("ss"):
        return name + "es"
    return name if name.endswith("s") else name + "s"
