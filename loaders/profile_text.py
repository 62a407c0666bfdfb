"""What a profile's text says, and the errors about it: each with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from loaders.errors import ProfileError

_KINDS = {str: "文字", int: "整数", list: "列表", dict: "表"}


@dataclass(frozen=True)
class ProfileText:
    """The text of a profile, for checking what stands in it."""

    text: str
    name: str

    def check_keys(self, said: Any, known: Mapping[str, Any], where: str) -> None:
        """Raise L103 for a key that is not known, L104 for a value of the wrong kind."""
        if not isinstance(said, dict):
            raise self.error("L104", f"{where} 应是表", f"{where} should be a table", where)
        for key, value in said.items():
            place = f"{where}.{key}" if where else key
            if key not in known:
                options = "、".join(known)
                raise self.error(
                    "L103", f"不认识 {place}；可以写 {options}", f"unknown {place}; known are {options}", key
                )
            kinds = known[key] if isinstance(known[key], tuple) else (known[key],)
            if not isinstance(value, kinds) or isinstance(value, bool):
                wanted = "或".join(_KINDS[kind] for kind in kinds)
                raise self.error("L104", f"{place} 应是{wanted}", f"{place} has the wrong kind of value", key)

    def require(self, said: dict[str, Any], wanted: tuple[str, ...], where: str) -> None:
        """Raise L103 for a key that is missing."""
        for key in wanted:
            if key not in said:
                raise self.error("L103", f"{where} 缺少 {key}", f"{where} lacks {key}", where)

    def strings(self, said: list[Any], where: str) -> list[str]:
        """The list if it holds only texts; else L104."""
        if not all(isinstance(one, str) for one in said):
            raise self.error("L104", f"{where} 应是文字的列表", f"{where} is a list of texts", where)
        return said

    def words(self, said: dict[str, Any], where: str) -> Mapping[str, str]:
        """The table if its values are texts; else L104."""
        self.strings(list(said.values()), where)
        return MappingProxyType(dict(said))

    def error(self, code: str, message: str, message_en: str, near: str) -> ProfileError:
        """The error, with the first line that says `near`."""
        lines = [number for number, line in enumerate(self.text.splitlines(), 1) if near and near in line]
        place, place_en = (f"第 {lines[0]} 行：", f"line {lines[0]}: ") if lines else ("", "")
        return ProfileError(
            code, f"映射文件 {self.name} {place}{message}", f"profile {self.name}, {place_en}{message_en}",
            "写法见 docs/profiles.md。", "See docs/profiles.md.",
        )  # fmt: skip
