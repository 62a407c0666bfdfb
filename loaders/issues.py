"""What a file can have wrong, as a table; the codes are listed in docs/errors.md and never reused.

L00x the file, L01x–L03x and L12x a cell, L126 and after what a workbook does not show, L04x a row, L05x and P02x personal data, L06x several rows together.
"""

from typing import Any

from schemas.field import Field
from schemas.issue import Issue, Rule, issue

RULES: dict[str, Rule] = {
    "L001": Rule(
        "error", "{sheet}前 {limit} 行里找不到标题行{seen}", "No heading row among the first {limit} rows of {sheetEn}{seenEn}",
        "加上标题行，列名用标准里的名称（模板里有）；不能改名的用映射文件说明（命令行用 --profile）。",
        "Add a row of headings that has the standard's names (the template has them); other names need a profile (--profile)."),
    "L002": Rule(
        "error", "从标题行看不出是哪一类公开信息", "The headings do not tell which type of disclosure this is",
        "{types}请指明类型（命令行用 --type，网页上在“类型”中选）。标题行：{value}", "{typesEn}Name the type (--type, or the list on the page)."),
    "L003": Rule(
        "error", "标题行可能属于几个类型：{types}", "The headings may belong to several types: {typesEn}",
        "请指明其中一个（命令行用 --type，网页上在“类型”中选）。", "Name one of them (--type, or the list on the page)."),
    "L004": Rule(
        "error", "缺少必需的列“{title}”", "The required column “{titleEn}” is missing",
        "请补上这一列；文件里有、只是名称不同的，请改列名。可用的名称：{names}", "Add it, or rename the column that has it; it may be called {names}."),
    "L005": Rule(
        "error", "不知道公开主体是谁", "Who publishes this is not known",
        "加一列“公开主体”，或指明其统一社会信用代码（命令行用 --publisher，网页上有这一栏）。", "Add a column “公开主体”, or give its credit code (--publisher, or the box on the page)."),
    "L006": Rule(
        "error", "公开主体的统一社会信用代码不对：{value}", "The publisher's credit code is wrong: {value}",
        "核对 18 位代码。", "Check its 18 characters."),
    "L007": Rule(
        "warning", "文件没有写公开主体；装入时要指明", "The file does not say who publishes it; loading it will need that",
        "加一列“公开主体”，或指明其统一社会信用代码（命令行用 --publisher，网页上有这一栏）。", "Add a column “公开主体”, or give its credit code (--publisher, or the box on the page)."),
    "L008": Rule(
        "error", "文件里没有一行数据", "The file has no row of data",
        "检查是否导出了空表。", "Check whether an empty table was exported."),
    "L009": Rule(
        "warning", "没有这个映射要求的列：{value}", "A column that the profile names is not there: {value}",
        "检查是否选对了映射文件；标题要与文件完全一致。", "Check whether it is the right profile; headings must be as in the file."),
    "L010": Rule(
        "error", "没有一列能区分各条记录", "No column tells the records apart",
        "补上其中一列：{expected}{more}。", "Add one of these columns: {expected}{moreEn}."),
    "L011": Rule(
        "error", "“{title}”不是日期：{value}", "“{titleEn}” is not a date: {value}",
        "{meant}写成 2024-06-18 或 2024年6月18日。", "{meantEn}Write it like 2024-06-18 or 2024年6月18日."),
    "L012": Rule(
        "error", "“{title}”不是时间：{value}", "“{titleEn}” is not a date or time: {value}",
        "{meant}写成 2024年6月18日9时30分 或 2024-06-18 09:30。", "{meantEn}Write it like 2024-06-18 09:30."),
    "L013": Rule(
        "error", "“{title}”不是数字：{value}", "“{titleEn}” is not a number: {value}",
        "{meant}只写数字{unit}。", "{meantEn}Write a number{unitEn}."),
    "L014": Rule(
        "error", "“{title}”没有这个代码：{value}", "“{titleEn}” has no such code: {value}",
        "使用代码表 {codelist} 中的名称{choices}。", "Use a name or a code of the codelist {codelist}{choicesEn}."),
    "L015": Rule(
        "error", "“{title}”不是网址：{value}", "“{titleEn}” is not a web address: {value}",
        "网址以 http:// 或 https:// 开头。", "It should begin with http:// or https://."),
    "L016": Rule(
        "error", "“{title}”应为是或否：{value}", "“{titleEn}” should be yes or no: {value}",
        "填 是 或 否。", "Write 是 or 否."),
    "L017": Rule(
        "error", "“{title}”不能由一个单元格填写", "“{titleEn}” cannot come from one cell",
        "在映射文件中写到它下面的属性，例如 {name}.{child}。", "Name a property below it, for example {name}.{child}."),
    "L018": Rule(
        "warning", "“{title}”的写法不符合映射文件的要求：{value}", "“{titleEn}” does not match the profile's pattern: {value}",
        "核对单元格，或改映射文件中的 pattern。", "Check the cell, or the profile's pattern."),
    "L019": Rule(
        "info", "表头像几个类型，按文件名、工作表名或者表上的标题当作{types}", "The headings fit several types; by the names of file and sheet it is taken for {typesEn}",
        "不对时请指明类型（命令行用 --type，网页上在“类型”中选）。", "Where that is wrong, name the type (--type, or the list on the page)."),
    "L020": Rule(
        "info", "工作表“{sheet}”里没有表格，没有读", "The sheet “{sheet}” has no table and is not read",
        "里面若有要公开的数据，请加上标题行。", "Where it has data to publish, give it a row of headings."),
    "L021": Rule(
        "warning", "“{title}”只存了原文：{value}", "“{titleEn}” is kept as wording only: {value}",
        "能写成{expected}时请改写，否则不能参与计算和筛选。", "Where it can be {expectedEn}, write it so: wording is neither summed nor filtered."),
    "L022": Rule(
        "warning", "不知道是哪个地区：{value}", "Unknown region: {value}",
        "写六位行政区划代码，或完整名称（省、市、县）。", "Write the six-digit code or the full name."),
    "L023": Rule(
        "warning", "“{title}”有两列内容不同，用了前一列，这一列的没有用：{value}", "Two columns differ for “{titleEn}”; the first is used, not this: {value}",
        "核对两列，改成一致，或者删去其中一列。", "Make them agree, or remove one of the columns."),
    "L024": Rule(
        "info", "“{title}”的括号内说明没有存入：{value}", "The remark in brackets on “{titleEn}” is not kept: {value}",
        "需要时写入备注。", "Put it into the remark where it matters."),
    "L025": Rule(
        "info", "“{title}”的小数位太多，四舍五入存成 {kept}：{value}", "“{titleEn}” has too many decimals and is kept as {kept}: {value}",
        "金额以元为单位最多两位小数，单价最多四位。", "Amounts in yuan have two decimals at most, unit prices four."),
    "L026": Rule(
        "warning", "“{title}”没有名称，它的其他内容没有存入：{value}", "“{titleEn}” has no name; the rest of it is not kept: {value}",
        "补上“{title}”的名称或统一社会信用代码。", "Give the name or the credit code of “{titleEn}”."),
    "L120": Rule(
        "warning", "“{title}”的单元格没有值，只有表格软件的错误标记，没有存入：{value}", "“{titleEn}” has no value, only a mark of the spreadsheet program; it is not stored: {value}",
        "在原来的表格里改正公式，或者把列拉宽，再重新导出。", "Correct the formula or widen the column in the workbook, and export it again."),
    "L121": Rule(
        "error", "“{title}”被表格软件当成数字，末尾的数字已经丢失：{value}", "“{titleEn}” was taken for a number by a spreadsheet program and has lost its last figures: {value}",
        "把这一列设为文本格式，重新填写完整的编号。", "Set the column to text and fill in the whole number again."),
    "L122": Rule(
        "warning", "“{title}”被表格软件当成数字，末尾的数字已经丢失，没有存入：{value}", "“{titleEn}” was taken for a number by a spreadsheet program and has lost its last figures; it is not stored: {value}",
        "把这一列设为文本格式，重新填写完整的编号。", "Set the column to text and fill in the whole number again."),
    "L123": Rule(
        "warning", "“{title}”写的是约数，存成 {kept}：{value}", "“{titleEn}” is only approximate and is kept as {kept}: {value}",
        "知道准确的数时请改写；“约”字没有存入。", "Write the exact number where it is known; that it is approximate is not kept."),
    "L124": Rule(
        "warning", "“{title}”的年份只有两位，读成 {kept}：{value}", "The year of “{titleEn}” has two figures only and is read as {kept}: {value}",
        "把年份写成四位。", "Write the year with four figures."),
    "L125": Rule(
        "error", "“{title}”只写到月份，没有写哪一日：{value}", "“{titleEn}” names a month and no day: {value}",
        "补上日，写成 2024-06-18 或 2024年6月18日。", "Add the day, like 2024-06-18."),
    "L126": Rule(
        "info", "{what}是隐藏的，照样读入", "{whatEn} is hidden, and was read all the same",
        "不应公开的，请在文件中删去再发。", "Remove it from the file where it is not to be published."),
    "L127": Rule(
        "warning", "这些单元格是公式的错误值，当作空白：{value}", "These cells are errors of formulas and were read as empty: {value}",
        "在表格里改正公式，或者直接填写数值。", "Correct the formulas, or write the values."),
    "L128": Rule(
        "warning", "这些单元格是没有结果的公式，当作空白：{value}", "These cells are formulas without a result and were read as empty: {value}",
        "用表格软件打开、保存一次再发，或者直接填写数值。", "Open and save the file in a spreadsheet program, or write the values."),
    "L129": Rule(
        "info", "这些单元格的文字划了删除线，照样读入：{value}", "These cells are struck through and were read all the same: {value}",
        "已经作废的内容请删去。", "Remove what is no longer valid."),
    "L130": Rule(
        "info", "这个工作簿从 1904 年起计算日期，已照此换算", "The workbook counts its days from 1904, and they were read so",
        "不需要处理；日期不对时，请核对原文件的日期系统设置。", "Nothing to do; where dates are wrong, look at the date system of the workbook."),
    "L131": Rule(
        "warning", "“{title}”的大写与小写金额不一致，只存了原文：{value}", "The amounts of “{titleEn}” in words and in figures differ; only the wording is kept: {value}",
        "核对后改成一致。", "Compare them and correct the wrong one."),
    "L132": Rule(
        "warning", "标题写的单位“{of}”不能换算，“{title}”只存了原文：{value}", "Nothing can be counted in the unit of the heading, {of}; of “{titleEn}” only the wording is kept: {value}",
        "标题里只写一种单位，例如“（万元）”；几种单位、单价和费率各立一列。", "State one unit in the heading, like (万元); several units, prices and rates want columns of their own."),
    "L133": Rule(
        "error", "标题写的单位“{of}”不能换算，“{title}”没有读：{value}", "Nothing can be counted in the unit of the heading, {of}; “{titleEn}” was not read: {value}",
        "标题里只写一种单位，例如“（公顷）”；几种单位各立一列。", "State one unit in the heading, like (公顷); several units want columns of their own."),
    "L134": Rule(
        "error", "这一行只有一个内容，不像一条数据：{value}", "The row says one thing only and does not look like data: {value}",
        "是小标题、落款或者说明的，删去这一行，或者移到表格上面；是数据的，补上其他各列。", "Remove it where it is a sub-heading, a signature or a note, or put it above the table; where it is data, fill in its other columns."),
    "L135": Rule(
        "info", "下面还有一张表，按它自己的标题读", "Another table begins below another one and is read by its own headings",
        "不需要处理；每张表放在自己的工作表里更清楚。", "Nothing to do; a sheet for each table is clearer."),
    "L136": Rule(
        "info", "表格下面的说明写着单位是{value}，没有写单位的数已照此换算", "A line below the table states the unit {value}; numbers without one were read so",
        "请核对；单位写在标题里最清楚，例如“成交价格（万元）”。", "Please check; units are clearest in the headings."),
    "L137": Rule(
        "info", "这一行是写着地区的小标题，下面各行的地区按它填写：{value}", "The row is a sub-heading that names a region; the rows below are there: {value}",
        "不对时，加一列“行政区”写明。", "Where that is wrong, add a column 行政区."),
    "L138": Rule(
        "warning", "“{title}”有 {count} 位，末尾都是 0，可能被表格软件改过：{value}", "“{titleEn}” has {count} figures that end in zeros; a spreadsheet program may have put these there: {value}",
        "与原件核对；改过的，把这一列设为文本格式，再填完整的编号。", "Compare it with the original; where it was changed, set the column to text and fill in the whole number again."),
    "L139": Rule(
        "warning", "“{title}”应是名称，里面没有一个字，没有存入：{value}", "“{titleEn}” should be a name and has no letter; it is not stored: {value}",
        "可能填错了列：核对这一列和左右两列。", "It may be in the wrong column: look at this one and those beside it."),
    "L140": Rule(
        "warning", "“{title}”里有几个内容，连在一起存成了一个：{value}", "“{titleEn}” has several values, which are stored as one: {value}",
        "每个写成一行；或者在映射文件里用 split 拆开。", "Write a row for each, or take them apart in a profile (split)."),
    "L141": Rule(
        "warning", "这些金额的单元格上下合并，存进了它盖住的每一行：{value}", "These cells with amounts are merged over several rows, each of which has the amount: {value}",
        "是几行合计的，在每一行写明自己的金额；本来就是每一行的，不需要处理。", "Where it is the sum of the rows, write each row's own amount; where it is each row's, there is nothing to do."),
    "L142": Rule(
        "warning", "“{value}”只是行的序号（1、2、3……），却用来识别记录", "“{value}” only counts the rows (1, 2, 3…) and is taken to identify the records",
        "下一个文件又从 1 起的话，会改掉这个文件的记录：换成文件、公告自己的编号，或者把这一列改名为“序号”。",
        "Where the next file counts from 1 again, it changes the records of this one: give the notices' own numbers, or call the column 序号."),
    "L143": Rule(
        "warning", "“{title}”写的是结果，不是名称，没有存入：{value}", "“{titleEn}” says an outcome and no name; it is not stored: {value}",
        "把它写在“结果”一列（流标、流拍、终止），这一格空着。", "Write it in the column 结果 (outcome) and leave this cell empty."),
    "L041": Rule(
        "error", "与前面的行是同一条记录，但“{title}”不同：{value}", "The same record as a row before, but “{titleEn}” differs: {value}",
        "与第 {other} 行（{stored}）核对；确实是两条记录时，给它们不同的编号。", "Compare it with row {other} ({stored}); if they are two records, number them differently."),
    "L042": Rule(
        "error", "这一行属于本标准没有的类型：{value}", "The row is of a type that the standard does not have: {value}",
        "不需要处理；它单独计数。", "Nothing to do; such rows are counted apart."),
    "L051": Rule(
        "warning", "“{title}”里有{kind}，已遮盖", "“{titleEn}” had {kindEn}, now masked",
        "公开的文件不应有个人号码；请在原文件中删去。", "Published files should not have it; remove it at the source."),
    "P020": Rule(
        "error", "“{title}”里有{kind}，不能当作编号", "“{titleEn}” has {kindEn}, which cannot number a thing",
        "个人号码不能公开，遮盖以后又分不清各条记录：请改填项目、合同、宗地等事项自己的编号。",
        "It cannot be published, and masked it tells no records apart: give the thing's own number."),
    "P021": Rule(
        "error", "“{title}”应是数字，里面却是{kind}", "“{titleEn}” should be a number but is {kindEn}",
        "可能填错了列：请在原文件中删去个人号码，填上数字。", "It may be in the wrong column: remove it at the source and write the number."),
    "L060": Rule(
        "warning", "“{title}”的数值是同列一般数值的{times}{stated}:{value}", "“{titleEn}” is {timesEn} what the column usually has{statedEn}: {value}",
        "核对这一格的单位:它和同列其他格可能一个用{small}、一个用{large}。", "Check this cell's unit: one may be in {smallEn}, the others in {largeEn}."),
    "L061": Rule(
        "info", "这一行与前面的一行完全相同,只存了一次(前面的行号):{value}", "The row repeats an earlier one and is kept once; the earlier row: {value}",
        "不需要处理;如果本来是两条记录,请给它们不同的编号。", "Nothing to do; if they are two records, number them differently."),
    "L062": Rule(
        "warning", "同一个单位有两个统一社会信用代码(“{title}”的代码):{value}", "One organization has two credit codes (that of “{titleEn}”): {value}",
        "与第 {row} 行核对“{shared}”的代码,改正填错的一个。", "Compare with row {row} the code of “{shared}”, and correct the wrong one."),
    "O010": Rule(
        "warning", "这是组织机构代码或者营业执照注册号,不是统一社会信用代码:{value}", "This is an organization code or the number of a business licence, not a credit code: {value}",
        "2015 年起用 18 位的统一社会信用代码,能查到的请换上。单位按这个旧代码来认,记录里不写它。",
        "Since 2015 credit codes have 18 characters; write that where it is known. The organization is recognised by the old code, which the record does not have."),
    "L063": Rule(
        "warning", "同一个统一社会信用代码有两个名称(“{title}”的名称):{value}", "One credit code has two names (that of “{titleEn}”): {value}",
        "与第 {row} 行核对代码 {shared} 的名称;单位改过名的不必处理。", "Compare with row {row} the name of {shared}; nothing to do where it was renamed."),
}  # fmt: skip

KINDS = {
    "date": ("日期", "a date"), "moment": ("时间", "a time"), "number": ("数字", "a number"),
    "integer": ("整数", "a whole number"), "code": ("代码", "a code"), "period": ("起止时间", "a period"),
    "money": ("金额", "an amount"), "unitPrice": ("单价", "a price"),
}  # fmt: skip


def of_field(code: str, field: Field, value: Any, **names: Any) -> Issue:
    """An issue of this room about a cell of that field."""
    kind = field.definition if field.kind == "object" else field.kind
    expected, expected_en = KINDS.get(str(kind), (str(kind), str(kind)))
    filled = {
        "title": field.title, "titleEn": field.title_en, "name": field.dotted, "codelist": field.codelist,
        "unit": "", "unitEn": "", "choices": "", "choicesEn": "", "meant": "", "meantEn": "", "expected": expected, "expectedEn": expected_en, **names,
    }  # fmt: skip
    return issue(RULES, code, path=field.dotted, value=value, clause=field.clause, **filled)
