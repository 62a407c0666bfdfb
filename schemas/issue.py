"""An `Issue` is a value about the data: what is wrong, where, and what to do, in Chinese and English."""

from dataclasses import dataclass, replace
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code means: its severity and its sentences, with `{names}` to fill in."""

    severity: Severity
    message: str
    message_en: str
    hint: str
    hint_en: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. `path` is the property (`lots.0.price.amount`); sheet, row and column are the file's.

    `row` and `column` count from 1 as the file's own program does; `column` is the heading where there is one.
    `value` is what was read, `written` what the cell says where that is something else.
    """

    code: str
    severity: Severity
    message: str
    message_en: str
    hint: str
    hint_en: str
    path: str = ""
    value: str | None = None
    clause: tuple[str, ...] = ()
    sheet: str = ""
    row: int | None = None
    column: str | None = None
    written: str | None = None

    def at(self, *, sheet: str, row: int, column: str | None = None, written: str | None = None) -> "Issue":
        """The same finding with its place in the file."""
        return replace(
            self, sheet=sheet, row=row, column=column or self.column, written=written or self.written
        )

    def to_json(self) -> dict[str, Any]:
        """The finding as a report shows it; empty parts are left out."""
        record = {
            "code": self.code, "severity": self.severity, "message": self.message, "messageEn": self.message_en,
            "hint": self.hint, "hintEn": self.hint_en, "path": self.path, "value": self.value,
            "clause": list(self.clause), "sheet": self.sheet, "row": self.row, "column": self.column,
        }  # fmt: skip
        return {key: value for key, value in record.items() if value not in (None, "", [])}


def issue(
    rules: dict[str, Rule],
    code: str,
    *,
    path: str = "",
    value: Any = None,
    clause: tuple[str, ...] = (),
    **names: Any,
) -> Issue:
    """The finding of that code, its sentences filled in; a value is shown up to 80 characters."""
    rule = rules[code]
    shown = None if value is None else str(value)
    if shown is not None and len(shown) > 80:
        shown = shown[:77] + "…"
    names = {"path": path, "value": shown, **names}
    return Issue(
        code, rule.severity, rule.message.format(**names), rule.message_en.format(**names),
        rule.hint.format(**names), rule.hint_en.format(**names), path, shown, clause,
    )  # fmt: skip


RULES: dict[str, Rule] = {
    "S001": Rule("error", "缺少“{title}”({name})", "“{titleEn}” ({name}) is missing",
                 "请补充该项。", "Fill it in."),
    "S002": Rule("error", "“{name}”不是本类型的属性", "“{name}” is not a property of this type",
                 "检查拼写;本类型的属性见其模式。", "Check the spelling; the schema lists the type's properties."),
    "S003": Rule("error", "“{title}”应为{expected}", "“{titleEn}” should be of type {expected}",
                 "按模式规定的类型填写。", "Use the type the schema asks for."),
    "S004": Rule("error", "“{title}”的格式不对:{value}", "“{titleEn}” has a wrong format: {value}",
                 "应为 {expected},例如 {example}。", "Write it as {expected}, for example {example}."),
    "S005": Rule("error", "“{title}”的代码不存在:{value}", "“{titleEn}” has an unknown code: {value}",
                 "使用代码表 {codelist} 中的代码。", "Use a code of the codelist {codelist}."),
    "S006": Rule("warning", "“{title}”的代码不在代码表中:{value}", "“{titleEn}” has a code outside the list: {value}",
                 "代码表 {codelist} 是开放的;能用其中的代码时请使用。", "The codelist {codelist} is open; use its codes where one fits."),
    "S007": Rule("error", "“{title}”超出范围:{value}", "“{titleEn}” is out of range: {value}",
                 "允许的范围:{expected}。请检查数值和单位。", "Allowed: {expected}. Check the number and its unit."),
    "S008": Rule("error", "“{title}”的长度不对", "“{titleEn}” is too short or too long",
                 "允许的长度:{expected}。", "Allowed length: {expected}."),
    "S009": Rule("error", "“{title}”的写法不对:{value}", "“{titleEn}” is not written as it should be: {value}",
                 "{expected}", "{expectedEn}"),
    "S010": Rule("error", "“{title}”的小数位过多:{value}", "“{titleEn}” has too many decimals: {value}",
                 "金额以元为单位,至多{expected}位小数。", "Amounts are in yuan with at most {expected} decimals."),
    "S011": Rule("warning", "统一社会信用代码的校验位不对:{value}", "The credit code's check digit is wrong: {value}",
                 "对照营业执照或者法人证书核对代码。", "Compare it with the business licence."),
    "S012": Rule("error", "“{title}”缺少必要的内容", "“{titleEn}” lacks what it needs",
                 "至少填写其中一项:{expected}。", "Give at least one of: {expected}."),
    "S013": Rule("info", "行政区划代码已停用:{value}", "The region code is retired: {value}",
                 "现行代码为 {expected}。", "The current code is {expected}."),
    "S014": Rule("error", "“{title}”不符合模式:{value}", "“{titleEn}” does not fit the schema: {value}",
                 "对照模式检查该项。", "Compare it with the schema."),
    "S015": Rule("error", "不知道该记录的类型:{value}", "The record's type is not known: {value}",
                 "`schema` 应写作 land/grant-result/1.0 的形式;类型见 openalloc types。",
                 "Write `schema` like land/grant-result/1.0; `openalloc types` lists the types."),
    "S017": Rule("error", "记录里有不成字的字符(空字符或者半个代理对)", "The record has a character that is none (NUL or half a surrogate pair)",
                 "重新导出文件,或者删去这些字符。", "Export the file anew, or remove these characters."),
    "S135": Rule("error", "“{title}”的代码 {value} 于 {added} 加入代码表 {codelist},{version} 还不能用",
                 "the code {value} of “{titleEn}” came into {codelist} on {added}; {version} cannot use it",
                 "{advice}", "{adviceEn}"),
    "S136": Rule("info", "“{title}”已经弃用", "“{titleEn}” is deprecated", "{why}", "{why}"),
    "S016": Rule("error", "无法确定记录的身份", "The record cannot be told from others",
                 "至少填写一组:{expected}。", "Give at least one of: {expected}."),
    "S020": Rule("warning", "行政区划代码是{found},比公开主体的层级({level})更宽:{value}", "The region code is of a {foundEn} division, broader than the publisher's level ({levelEn}): {value}",
                 "填写事项所在地的{level}代码,或者更正层级。", "Give the code of the {levelEn} division concerned, or correct the level."),
    "S021": Rule("warning", "行政区划代码不在公开主体的辖区({home})之内:{value}", "The region code lies outside the publisher's jurisdiction ({home}): {value}",
                 "核对行政区划代码和公开主体,改正填错的一个。", "Compare region and publisher, and correct the one that is wrong."),
    "S022": Rule("warning", "日期先后不对,“{title}”{relation}“{other}”:{value}", "Dates out of order, “{titleEn}” is {relationEn} “{otherEn}”: {value}",
                 "核对这两个日期,看是否填反了或者写错了年份。", "Compare the two dates: they may be swapped, or a year mistyped."),
    "S023": Rule("warning", "“{title}”小于“{other}”:{value}", "“{titleEn}” is below “{otherEn}”: {value}",
                 "核对上限和下限,看是否填反了;没有上限的请留空,不要填 0。", "Compare the limits: they may be swapped; leave an upper limit empty where there is none."),
    "S024": Rule("warning", "“{title}”离现在太远:{value}", "“{titleEn}” is too far from today: {value}",
                 "核对年份;没有日期的请留空,不要用 1900、2099 之类的年份代替。", "Check the year; leave the cell empty where there is no date."),
    "S025": Rule("warning", "单价乘以数量不等于“{title}”:{value}", "Unit price times quantity is not “{titleEn}”: {value}",
                 "核对单价、数量和金额的单位(元还是万元)。", "Check price, quantity and the unit of the amounts."),
    "S026": Rule("warning", "各项“{part}”之和超过了“{title}”:{value}", "The sum of “{partEn}” is more than “{titleEn}”: {value}",
                 "核对各项和总数,看有没有重复的行或者写错的单位。", "Compare the parts with the whole: rows may be repeated, or a unit wrong."),
    "S027": Rule("warning", "金额不合常理,“{title}”{relation}“{other}”:{value}", "An amount cannot be right, “{titleEn}” is {relationEn} “{otherEn}”: {value}",
                 "核对这两个金额和它们的单位(元还是万元)。", "Compare the two amounts and their units."),
    "S028": Rule("warning", "部分大于整体,“{title}”{relation}“{other}”:{value}", "A part is more than its whole, “{titleEn}” is {relationEn} “{otherEn}”: {value}",
                 "部分不应大于整体,请核对这两个数。", "A part cannot be more than its whole: compare the two."),
    "S029": Rule("warning", "“{title}”应公开具体内容,不能只写:{value}", "“{titleEn}” should say what it is, not only: {value}",
                 "请写出具体内容;确实没有的请留空,内容在附件里的请把要点写出来。", "Write the content itself; leave the cell empty where there is none."),
    "S030": Rule("warning", "公开晚于规定的期限(超过的{unit}数见括号):{value}", "Published after its deadline ({unitEn} late in brackets): {value}",
                 "依据:{basis}。日期填错的请更正,今后请在期限内公开。", "Basis: {basisEn}. Correct the dates where they are wrong."),
    "S031": Rule("info", "“{title}”是带单位的数值,却写成了文字:{value}", "“{titleEn}” is a number with a unit, kept as text: {value}",
                 "有专门的数值列时请填在那里({number}),文字不能参与计算和筛选。", "Put it into {numberEn} where there is one: text is neither summed nor filtered."),
    "S032": Rule("warning", "“{title}”不是单位名称", "“{titleEn}” is not a name",
                 "填写单位全称;号码、代码请填在各自的列。", "Write the full name; numbers and codes have columns of their own."),
    "S033": Rule("warning", "“{title}”与名称完全一样:{value}", "“{titleEn}” is the same as the name: {value}",
                 "核对名称和地址两列,地址应写到街道、门牌。", "Compare the columns of name and address."),
    "S034": Rule("warning", "“{title}”里没有号码:{value}", "“{titleEn}” has no number: {value}",
                 "填写对外公开的办公电话,没有的请留空。", "Write the office's telephone, or leave it empty."),
    "S035": Rule("warning", "“{title}”可能是自然人的住址", "“{titleEn}” may be the home of a private person",
                 "自然人的住址不应公开,请在原文件中删去。", "Homes of private persons should not be published; remove it at the source."),
    "S036": Rule("warning", "“{title}”是负数:{value}", "“{titleEn}” is negative: {value}",
                 "核对金额,负号可能是误填。", "Check the amount; the sign may be a slip."),
}  # fmt: skip
