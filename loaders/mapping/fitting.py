"""Whether the cells of a column can be what a property holds: from -1 (surely not) to 1 (hardly anything else)."""

import re

from loaders.mapping.contents import Contents
from loaders.mapping.contents import form as _form
from loaders.units import Units
from schemas.field import Field

_NUMBER_NAME = re.compile(r"编号|号码|代码|编码|标识|文号|(?<!型)号$|[Nn]umber|[Ii]dentifier|[Cc]ode")
_PLACE_NAME = re.compile(r"坐落|地址|地点|位置|[Ll]ocation|[Aa]ddress|[Pp]lace")
_FORMED = re.compile(r"(?=[A-Z0-9]*\d)[A-Z0-9]+")
_SHORT, _FEW = 4, 5
_LONG, _WHOLE_TEXT = 12, 200
_SURELY, _MOSTLY, _HARDLY = 0.8, 0.6, 0.3


def fit(
    field: Field, contents: Contents, measured: str | None, units: Units, example: str | None = None
) -> float:
    """How well they fit; 0 where they say nothing of it. `measured` is what the column's unit measures.

    `example` is what the sample of a type has there: a long number of the same form is hardly anything else.
    """
    if contents.empty:
        return 0.0
    if example is not None and (form := form_of(example)) and contents.of_form(form) >= _SURELY:
        return 1.0
    if field.is_money:
        return _money(contents, measured)
    if field.kind == "object":
        return _OBJECTS.get(str(field.definition), _text)(field, contents)
    if field.kind in ("number", "integer"):
        return _number(field, contents, measured, units)
    return _KINDS.get(field.kind, _text)(field, contents)


def form_of(text: str) -> str | None:
    """The form of a long number with letters and figures: `5301142024B00012` → `9×10A9×5`; None for other texts."""
    if len(text) < _LONG or not _FORMED.fullmatch(text) or text.isdecimal() or text.isalpha():
        return None
    return _form(text)


def _money(contents: Contents, measured: str | None) -> float:
    if measured is not None:
        return 0.6 if measured.startswith("CNY") else -1.0
    if (
        contents.share("date") >= _SURELY
        or contents.share("url") > _HARDLY
        or contents.share("year") >= _SURELY
    ):
        return -1.0
    share = max(contents.share("money"), contents.share("figures"))
    return 0.3 if share >= _MOSTLY else -0.4 if share >= _HARDLY else -0.7


def _number(field: Field, contents: Contents, measured: str | None, units: Units) -> float:
    base = units.base(field.unit) if field.unit else None
    if measured is not None and measured != base:
        return -0.3 if base is None else -1.0
    share = contents.share("number")
    if contents.share("date") >= _SURELY or contents.share("url") > _HARDLY or share < _HARDLY:
        return -0.9
    if base is None and contents.share("year") >= _SURELY:
        return 0.5
    if contents.share("year") >= _SURELY and contents.different > 1:
        return -0.5
    if measured is not None:
        return 0.8
    return 0.2 if share >= _MOSTLY else -0.2


def _date(field: Field, contents: Contents) -> float:
    share = contents.share("date")
    return 0.5 if share >= _MOSTLY else -0.5 if share >= _HARDLY else -1.0


def _moment(field: Field, contents: Contents) -> float:
    share = contents.share("moment")
    if share < _MOSTLY:
        return -0.5 if share >= _HARDLY else -1.0
    return 0.55 if contents.share("timed") >= _MOSTLY else 0.4


def _period(field: Field, contents: Contents) -> float:
    if contents.share("period") >= _MOSTLY:
        return 0.8
    alone = max(contents.share("moment"), contents.share("figures"), contents.share("url"))
    return -0.9 if alone >= _MOSTLY else -0.2


def _code(field: Field, contents: Contents) -> float:
    if field.codelist == "region":
        share = contents.share("place")
        return 0.9 if share >= _SURELY else 0.2 if share >= _HARDLY else -0.9
    share = contents.share(f"code:{field.codelist}")
    if contents.share("figures") >= _HARDLY:
        # Numbers are codes of many lists by chance.
        return -0.2 if share >= _SURELY else -0.8
    if share >= _MOSTLY:
        return 0.9 if contents.different > 1 else 0.7
    if max(contents.share("date"), contents.share("url")) >= _HARDLY:
        return -1.0
    if contents.length > 40:
        return -0.6
    return 0.3 if share >= _HARDLY else -0.3 if share else -0.5


def _boolean(field: Field, contents: Contents) -> float:
    said = {text.casefold() for text in contents.texts}
    return 0.8 if said <= {"是", "否", "有", "无", "true", "false", "y", "n", "yes", "no"} else -1.0


def _url(field: Field, contents: Contents) -> float:
    if contents.share("url") < _MOSTLY:
        return -1.0
    # That of a record is in nearly every row.
    return 0.9 if contents.filled * 10 >= contents.rows * 9 else 0.8


def _body(field: Field, contents: Contents) -> float:
    """An organization, or a person's name in its place."""
    other = max(
        contents.share("number"), contents.share("date"), contents.share("url"), contents.share("period")
    )
    if other >= _HARDLY or contents.length > 60:
        return -1.0
    if field.path == ("publisher",) and contents.filled * 10 < contents.rows * 9:
        # Every record has one; a row without would be refused.
        return -0.8
    if contents.share("uscc") >= _MOSTLY:
        return 0.3
    if contents.share("body") >= _HARDLY:
        return 0.6 if contents.share("body") >= _MOSTLY else 0.4
    return -0.6 if contents.share("place") >= _MOSTLY else -0.3


def _project(field: Field, contents: Contents) -> float:
    other = max(contents.share("number"), contents.share("date"), contents.share("url"))
    if other >= _MOSTLY or contents.length > 150:
        return -0.9
    return 0.4 if contents.share("project") >= _HARDLY else 0.0


def _person(field: Field, contents: Contents) -> float:
    if contents.share("chinese") < _HARDLY or contents.length > 30:
        return -0.9
    return 0.5 if contents.share("person") >= _MOSTLY else -0.3


def _text(field: Field, contents: Contents) -> float:
    limit = field.limits.max_length
    if limit is not None and contents.longest > limit:
        return -0.8
    if field.name == "uscc":
        return 0.9 if contents.share("uscc") >= _MOSTLY else -1.0
    if "phone" in field.personal:
        return 0.8 if contents.share("phone") >= _MOSTLY else -0.8
    if "name" in field.personal:
        return _body(field, contents) if field.name == "name" else _person(field, contents)
    if field.path == ("localId",):
        return _local(contents)
    if contents.share("url") >= _MOSTLY or contents.share("date") >= _SURELY:
        return -0.9
    if contents.share("digest") >= _SURELY:
        return -0.8
    if "全文" in field.description and contents.length > _WHOLE_TEXT:
        return 0.8
    if _NUMBER_NAME.search(field.title) or _NUMBER_NAME.search(field.title_en):
        if contents.length > 60:
            return -0.8
        return 0.3 if contents.share("numbered") >= _MOSTLY else -0.4
    if contents.share("number") >= _SURELY:
        # A wording that may be a number (容积率) is another thing than a name.
        return 0.0 if field.name.endswith("Details") else -0.5
    if field.path == ("title",) and contents.different == 1 and contents.filled > _FEW:
        return -0.4
    if field.path == ("title",):
        return 0.5 if contents.share("notice") >= _MOSTLY else 0.1 if contents.length > 8 else -0.4
    if field.name == "name" and field.path[0] == "project":
        return _project(field, contents)
    if _PLACE_NAME.search(field.title) or _PLACE_NAME.search(field.title_en):
        return 0.3 if contents.share("located") >= _MOSTLY else -0.3
    return 0.0


def _local(contents: Contents) -> float:
    """The publisher's own number of a record; a page's address may be it."""
    if contents.share("digest") >= _SURELY or _is_unique(contents):
        return 0.95
    if contents.share("date") >= _SURELY or contents.length > 80:
        return -0.9
    if contents.longest < _SHORT:
        return -0.5
    if contents.share("url") >= _MOSTLY:
        return 0.0
    return 0.1 if contents.share("numbered") >= _MOSTLY else -0.6


def _is_unique(contents: Contents) -> bool:
    """Whether every cell is a number of its own, and nothing else."""
    many = contents.filled > 10 and contents.variety > 0.99
    return many and contents.share("numbered") > 0.95 and contents.share("chinese") < 0.05


_KINDS = {"date": _date, "moment": _moment, "code": _code, "boolean": _boolean, "url": _url}
_OBJECTS = {
    "organization": _body,
    "person": _person,
    "contact": _person,
    "project": _project,
    "period": _period,
}
