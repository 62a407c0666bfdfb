"""Changes between two versions as values: their kinds, sentences and levels, and what a version's number claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["none", "minor", "major", "never"]
LEVELS: tuple[Level, ...] = ("none", "minor", "major", "never")

# kind of change → its sentence, with {title}, {titleEn}, {old}, {new}
KINDS: dict[str, tuple[str, str]] = {
    "added": ("新增“{title}”,可不填", "“{titleEn}” is added, optional"),
    "added required": ("新增必填的“{title}”", "“{titleEn}” is added and required"),
    "removed": ("删除“{title}”", "“{titleEn}” is removed"),
    "renamed": ("“{title}”由 {old} 改名为 {new}", "“{titleEn}” is renamed from {old} to {new}"),
    "renamed twice": ("“{title}”原名 {old},但 {old} 还在使用,也没有弃用", "“{titleEn}” was {old}, but {old} is still there and not deprecated"),
    "renamed fixed": ("“{old}”和“{new}”中有固定的名称,不能改名", "{old} or {new} is a name that is fixed (lots, items) and takes no renaming"),
    "deprecated": ("“{title}”弃用", "“{titleEn}” is deprecated"),
    "restored": ("“{title}”不再弃用", "“{titleEn}” is no longer deprecated"),
    "kind changed": ("“{title}”的类型由 {old} 改为 {new}", "“{titleEn}” changes its kind from {old} to {new}"),
    "unit changed": ("“{title}”的单位由 {old} 改为 {new}", "“{titleEn}” changes its unit from {old} to {new}"),
    "codelist changed": ("“{title}”的代码表由 {old} 改为 {new}", "“{titleEn}” changes its codelist from {old} to {new}"),
    "codelist opened": ("“{title}”的代码表 {new} 改为开放", "the codelist {new} of “{titleEn}” becomes open"),
    "codelist closed": ("“{title}”的代码表 {new} 改为封闭", "the codelist {new} of “{titleEn}” becomes closed"),
    "codes added": ("代码表 {title} 新增代码 {new}", "codes are added to {title}: {new}"),
    "role changed": ("“{title}”的身份由 {old} 改为 {new}", "“{titleEn}” changes its role from {old} to {new}"),
    "column changed": ("“{title}”入库的列由 {old} 改为 {new}", "“{titleEn}” fills {new} where it filled {old}"),
    "personal changed": ("“{title}”可含的个人信息由 {old} 改为 {new}", "“{titleEn}” may hold {new} of personal data where it might hold {old}"),
    "required": ("“{title}”改为必填", "“{titleEn}” becomes required"),
    "optional": ("“{title}”改为可不填", "“{titleEn}” becomes optional"),
    "tightened": ("“{title}”的限制收紧:{old} → {new}", "“{titleEn}” is limited more: {old} → {new}"),
    "loosened": ("“{title}”的限制放宽:{old} → {new}", "“{titleEn}” is limited less: {old} → {new}"),
    "limit changed": ("“{title}”的限制改变:{old} → {new}", "“{titleEn}” is limited otherwise: {old} → {new}"),
    "retitled": ("“{title}”的名称或说明改写", "title or description of “{titleEn}” are reworded"),
    "aliases changed": ("“{title}”的别名改变:{old} → {new}", "the aliases of “{titleEn}” change: {old} → {new}"),
    "clause changed": ("“{title}”所载的条款由 {old} 改为 {new}", "“{titleEn}” carries {new} where it carried {old}"),
    "stage changed": ("环节由 {old} 改为 {new}", "the stage changes from {old} to {new}"),
    "key changed": ("识别记录的属性改变:{old} → {new};再次装入的记录会成为另一条", "what identifies a record changes: {old} → {new}; a record loaded again becomes another one"),
    "process changed": ("识别过程的属性改变:{old} → {new}", "what identifies the process changes: {old} → {new}"),
    "shown otherwise": ("{title} 改变:{old} → {new}", "{title} changes: {old} → {new}"),
    "deadline added": ("新增期限:{new}", "a deadline is added: {new}"),
    "deadline ended": ("期限终止:{new}", "a deadline ends: {new}"),
    "deadline changed": ("已有的期限被修改:{old} → {new}", "an existing deadline is changed: {old} → {new}"),
    "annotated": ("示例等注释改变", "examples or other annotations change"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, of what kind, which level of version it asks for, said in both languages."""

    path: str
    kind: str
    level: Level
    message: str
    message_en: str

    def to_json(self) -> dict[str, str]:
        """The change as a machine reads it."""
        return {"path": self.path, "kind": self.kind, "level": self.level, "message": self.message, "messageEn": self.message_en}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes between two versions, the level they ask for and the one that the numbers claim."""

    old: str
    new: str
    changes: tuple[Change, ...]
    needed: Level
    claimed: Level

    @property
    def ok(self) -> bool:
        """Whether the number says what changed, no more and no less."""
        return self.needed == self.claimed

    def verdict(self) -> tuple[str, str]:
        """What is to be said of the number, in Chinese and English."""
        if self.needed == "never":
            return (
                "有的改动不能用于任何版本:旧记录要用新类型读取。含义或类型变了的属性,请另取名称",
                "some changes fit no version: old records are read through the new type. Give what means or holds something else another name",
            )  # fmt: skip
        if self.ok:
            return f"版本号正确:{_ZH[self.needed]}", f"the number is right: {self.needed}"
        if self.claimed == "none":
            return (
                f"版本号没有变大,但内容变了:需要{_ZH[self.needed]}",
                f"the number does not grow, but the content changed: a {self.needed} is needed",
            )
        if self.needed == "none":
            return "内容没有变,不需要新版本", "nothing changed: no new version is needed"
        return (
            f"版本号不对:改动需要{_ZH[self.needed]},版本号却是{_ZH[self.claimed]}",
            f"the number is wrong: the changes need a {self.needed}, the number says {self.claimed}",
        )

    def to_json(self) -> dict[str, Any]:
        """The comparison as a machine reads it."""
        verdict, verdict_en = self.verdict()
        return {
            "old": self.old, "new": self.new, "needed": self.needed, "claimed": self.claimed, "ok": self.ok,
            "verdict": verdict, "verdictEn": verdict_en, "changes": [change.to_json() for change in self.changes],
        }  # fmt: skip


_ZH = {"none": "不变", "minor": "次版本(minor)", "major": "主版本(major)", "never": "不允许"}


def change(
    path: str, kind: str, level: Level, title: str, title_en: str, old: Any = None, new: Any = None
) -> Change:
    """A change of that kind, its sentences filled in."""
    chinese, english = KINDS[kind]
    names = {"title": title, "titleEn": title_en, "old": shown(old), "new": shown(new)}
    return Change(path, kind, level, chinese.format(**names), english.format(**names))


def shown(value: Any) -> str:
    """A keyword's value as a sentence shows it."""
    if value in (None, (), [], ""):
        return "–"
    if isinstance(value, (list, tuple)):
        return "、".join(shown(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown(one)}" for key, one in value.items() if not key.endswith("En"))
    return f"{value:,}" if isinstance(value, float) and value == int(value) else str(value)
