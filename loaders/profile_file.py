"""A profile's TOML file → `Profile`; whatever the loader would not understand is a ProfileError with its line."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from loaders.errors import ProfileError
from loaders.names import normal
from loaders.profile import (
    FOLDER,
    ColumnRule,
    EachRule,
    Profile,
    RecordRule,
    Target,
    UnpivotRule,
    When,
    names,
)
from loaders.profile_text import ProfileText
from loaders.units import units
from schemas.catalog import Catalog
from schemas.uscc import is_valid

_TOP = {
    "title": str, "titleEn": str, "description": str, "type": str, "records": list, "match": str, "publisher": dict,
    "constants": dict, "columns": dict, "each": list, "unpivot": list, "replace": dict, "nulls": list,
    "heading_row": int, "headings": list, "fill_down": list, "skip_sheets": list,
}  # fmt: skip
_RECORD = {"type": str, "when": dict, "columns": dict, "constants": dict, "each": list, "unpivot": list}
_COLUMN = {
    "to": (str, list), "unit": str, "pattern": str, "split": str, "nulls": list, "replace": dict, "template": str,
    "date_format": str, "drop": str,
}  # fmt: skip
_EACH = {"list": str, "to": str, "ordinal": str, "columns": dict}
_UNPIVOT = {"to": str, "label": str, "value": str, "unit": str, "columns": dict}
_PUBLISHER = {"name": str, "uscc": str, "region": str, "level": str}
_INDEX = re.compile(r"\.\d+(?=\.|$)")


def load_profile(name: str | Path, catalog: Catalog) -> Profile:
    """The profile of that name (of those that come with the program) or of that file.

    Raises ProfileError L101 to L108.
    """
    path = Path(name)
    if path.suffix != ".toml":
        path = FOLDER / f"{name}.toml"
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = "、".join(names())
        raise ProfileError(
            "L101", f"读不了映射文件 {name}：{error}", f"cannot read the profile {name}: {error}",
            f"已有的映射：{known}", f"The profiles are: {known}",
        ) from error  # fmt: skip
    return parse_profile(text, path.stem, catalog)


def parse_profile(text: str, name: str, catalog: Catalog) -> Profile:
    """The profile that a text says; raises ProfileError L102 to L108."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(
            "L102", f"映射文件 {name} 不是正确的 TOML：{error}", f"the profile {name} is not TOML: {error}",
            "中文标题要加引号；每行写成 键 = 值。", "Quote Chinese headings; write key = value.",
        ) from error  # fmt: skip
    return _Parser(ProfileText(text, name), catalog).profile(content)


@dataclass(frozen=True)
class _Parser:
    source: ProfileText
    catalog: Catalog

    def profile(self, content: dict[str, Any]) -> Profile:
        self.source.check_keys(content, _TOP, "")
        if not content.get("title"):
            raise self.source.error("L103", "缺少 title", "title is missing", "title")
        if content.get("match", "first") not in ("first", "all"):
            raise self.source.error("L104", "match 只能是 first 或 all", "match is first or all", "match")
        publisher = content.get("publisher", {})
        self.source.check_keys(publisher, _PUBLISHER, "publisher")
        self._check_publisher(publisher)
        shared: dict[str, Any] = {
            key: content[key] for key in ("columns", "constants", "each", "unpivot") if key in content
        }
        types = self._types(content)
        rules = content.get("records") or [{"type": content.get("type")} if "type" in content else {}]
        records = tuple(self._record(rule, shared, types, index) for index, rule in enumerate(rules))
        if "records" in content and "type" in content:
            raise self.source.error(
                "L103", "type 与 [[records]] 只能写一处", "write type or [[records]]", "type"
            )
        return Profile(
            name=self.source.name,
            title=content["title"],
            title_en=content.get("titleEn", ""),
            description=content.get("description", ""),
            text_hash=hashlib.sha256(self.source.text.encode()).hexdigest(),
            records=records,
            all_matching=content.get("match") == "all",
            publisher=MappingProxyType(dict(publisher)),
            replace=self.source.words(content.get("replace", {}), "replace"),
            nulls=frozenset(self.source.strings(content.get("nulls", []), "nulls")),
            heading_row=content.get("heading_row"),
            headings=tuple(self.source.strings(content.get("headings", []), "headings")),
            fill_down=frozenset(map(normal, self.source.strings(content.get("fill_down", []), "fill_down"))),
            skip_sheets=frozenset(self.source.strings(content.get("skip_sheets", []), "skip_sheets")),
        )

    def _types(self, content: dict[str, Any]) -> list[str]:
        named = [content.get("type"), *(rule.get("type") for rule in content.get("records", []))]
        found = [name for name in named if name is not None]
        for one in found:
            if one not in self.catalog.types and one not in self.catalog.versions:
                raise self.source.error("L105", f"没有这个类型：{one}", f"there is no type {one}", one)
        return found

    def _record(self, rule: Any, shared: dict[str, Any], types: list[str], index: int) -> RecordRule:
        where = f"records[{index}]"
        if not isinstance(rule, dict):
            raise self.source.error("L104", f"{where} 应是表", f"{where} should be a table", "records")
        self.source.check_keys(rule, _RECORD, where)
        known = [rule["type"]] if "type" in rule else list(self.catalog.types)
        own = self._columns(rule.get("columns", {}), known)
        common = self._columns(shared.get("columns", {}), types or list(self.catalog.types))
        fitting = {heading: self._fitting(column, known) for heading, column in common.items()}
        each = [self._each(one, known) for one in [*shared.get("each", []), *rule.get("each", [])]]
        unpivot = [
            self._unpivot(one, known) for one in [*shared.get("unpivot", []), *rule.get("unpivot", [])]
        ]
        constants = {
            path: value for path, value in shared.get("constants", {}).items() if self._is_path(path, known)
        }
        for path in shared.get("constants", {}):
            self._check_path(path, types or known)
        for path in rule.get("constants", {}):
            self._check_path(path, known)
        when = {normal(heading): self._when(said) for heading, said in rule.get("when", {}).items()}
        return RecordRule(
            type=rule.get("type"),
            when=MappingProxyType(when),
            columns=MappingProxyType({**fitting, **own}),
            constants=MappingProxyType({**constants, **rule.get("constants", {})}),
            each=tuple(each),
            unpivot=tuple(unpivot),
        )

    def _when(self, said: Any) -> When:
        """What a column must say: a text, a list of texts, or a pattern that is found in it."""
        if not isinstance(said, dict):
            return When(frozenset(self.source.strings(said if isinstance(said, list) else [said], "when")))
        self.source.check_keys(said, {"pattern": str}, "when")
        try:
            return When(pattern=re.compile(said["pattern"]))
        except (KeyError, re.error) as error:
            raise self.source.error(
                "L106", f"when 的 pattern 不对：{error}", f"wrong pattern of when: {error}", "when"
            ) from None

    def _columns(self, columns: dict[str, Any], types: list[str], under: str = "") -> dict[str, ColumnRule]:
        return {_key(heading): self._column(heading, said, types, under) for heading, said in columns.items()}

    def _column(self, heading: str, said: Any, types: list[str], under: str) -> ColumnRule:
        said = {"to": said} if isinstance(said, (str, list)) else said
        if not isinstance(said, dict):
            raise self.source.error(
                "L104", f"列“{heading}”应是文字或表", f"column “{heading}” is text or a table", heading
            )
        self.source.check_keys(said, _COLUMN, heading)
        if ("drop" in said) == ("to" in said):
            raise self.source.error(
                "L103", f"列“{heading}”写 to 或 drop", f"column “{heading}” needs to or drop", heading
            )
        if "drop" in said:
            return ColumnRule(drop=said["drop"])
        several = said["to"] if isinstance(said["to"], list) else [said["to"]]
        targets = []
        for one in several:
            one = {"to": one} if isinstance(one, str) else one
            if not isinstance(one, dict) or not isinstance(one.get("to"), str):
                raise self.source.error(
                    "L104", f"列“{heading}”的 to 不对", f"to of “{heading}” is wrong", heading
                )
            self.source.check_keys(
                one, {key: kind for key, kind in _COLUMN.items() if key != "drop"}, heading
            )
            targets.append(
                self._target({**{k: v for k, v in said.items() if k != "to"}, **one}, types, under)
            )
        return ColumnRule(targets=tuple(targets))

    def _target(self, said: Mapping[str, Any], types: list[str], under: str) -> Target:
        path = f"{under}.{said['to']}" if under else said["to"]
        self._check_path(path, types)
        pattern = said.get("pattern")
        try:
            compiled = re.compile(pattern) if pattern else None
        except re.error as error:
            raise self.source.error(
                "L106", f"pattern 不对：{error}", f"wrong pattern: {error}", str(pattern)
            ) from error
        if compiled is not None and compiled.groups != 1:
            raise self.source.error("L106", "pattern 里要有一个括号", "a pattern has one group", str(pattern))
        unit = said.get("unit")
        if unit is not None and not units(self.catalog.codelists).is_unit(unit):
            raise self.source.error("L107", f"不认识的单位：{unit}", f"unknown unit: {unit}", unit)
        template = said.get("template")
        if template is not None and "{}" not in template:
            raise self.source.error("L106", "template 里要有 {}", "a template has {}", template)
        return Target(
            to=said["to"],
            unit=unit,
            pattern=compiled,
            split=said.get("split"),
            nulls=frozenset(self.source.strings(said.get("nulls", []), "nulls")),
            replace=self.source.words(said.get("replace", {}), "replace"),
            template=template,
            date_format=said.get("date_format"),
        )

    def _each(self, said: Any, types: list[str]) -> EachRule:
        self.source.check_keys(said, _EACH, "each")
        self.source.require(said, ("list", "to", "columns"), "each")
        self._check_path(said["to"], types)
        if "ordinal" in said:
            self._check_path(f"{said['to']}.{said['ordinal']}", types)
        columns = self._columns(said["columns"], types, said["to"])
        return EachRule(said["list"], said["to"], said.get("ordinal"), MappingProxyType(columns))

    def _unpivot(self, said: Any, types: list[str]) -> UnpivotRule:
        self.source.check_keys(said, _UNPIVOT, "unpivot")
        self.source.require(said, ("to", "label", "value", "columns"), "unpivot")
        self._check_path(f"{said['to']}.{said['label']}", types)
        value = self._target({"to": said["value"], "unit": said.get("unit")}, types, said["to"])
        columns = {
            _key(heading): label for heading, label in self.source.words(said["columns"], "columns").items()
        }
        return UnpivotRule(said["to"], said["label"], value, MappingProxyType(columns))

    def _fitting(self, column: ColumnRule, types: list[str]) -> ColumnRule:
        """A shared column's targets that this type has; without any the column is left out."""
        if column.drop is not None:
            return column
        targets = tuple(one for one in column.targets if self._is_path(one.to, types))
        return ColumnRule(targets) if targets else ColumnRule(drop="—")

    def _is_path(self, path: str, types: list[str]) -> bool:
        plain = _INDEX.sub("", path)
        return any(plain in self.catalog.type(one).by_path for one in types)

    def _check_path(self, path: str, types: list[str]) -> None:
        if not self._is_path(path, types):
            of = "、".join(types[:3])
            raise self.source.error("L108", f"{of} 没有属性 {path}", f"{of} has no property {path}", path)

    def _check_publisher(self, publisher: dict[str, str]) -> None:
        if "uscc" in publisher and not is_valid(publisher["uscc"]):
            raise self.source.error(
                "L104", "publisher.uscc 的校验位不对", "publisher.uscc is wrong", publisher["uscc"]
            )
        region = publisher.get("region")
        if region and self.catalog.regions.get(region) is None:
            raise self.source.error(
                "L104", f"publisher.region 没有这个地区：{region}", f"no region {region}", region
            )
        if "level" in publisher and publisher["level"] not in self.catalog.codelists["level"].codes:
            raise self.source.error(
                "L104", "publisher.level 不是层级代码", "publisher.level is no level", publisher["level"]
            )


def _key(heading: str) -> str:
    """A heading as columns are compared with it; `#2` keeps its place among equal headings."""
    name, mark, place = heading.rpartition("#")
    return f"{normal(name)}#{place}" if mark and place.isdecimal() else normal(heading)
