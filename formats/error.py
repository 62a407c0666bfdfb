"""Why a file could not be read: one exception and the table of its codes.

An error of this room is about the file as a whole. What is wrong inside a row that could be read is an issue of
the rooms that know what the row means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of one code; `{names}` in it are filled from the details of the error."""

    message: str
    message_en: str
    hint: str
    hint_en: str


class FormatError(Exception):
    """A file that cannot be read, with a code of `CODES`.

    `details` fill the wording and are plain strings and numbers, so that an error passes from one process to
    another as (code, details).
    """

    def __init__(self, code: str, **details: str | int | float) -> None:
        wording = CODES[code]
        self.code = code
        self.details = details
        self.message = wording.message.format_map(details)
        self.message_en = wording.message_en.format_map(details)
        self.hint = wording.hint.format_map(details)
        self.hint_en = wording.hint_en.format_map(details)
        super().__init__(f"{code} {self.message} / {self.message_en}")

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.code, self.details)


def _again(code: str, details: Mapping[str, str | int | float]) -> FormatError:
    return FormatError(code, **details)


# F00x the file, F01x its text, F02x CSV, F03x JSON, F04x workbooks, F05x the process that reads,
# F06x XML and HTML, F07x what a text is not. A code is never used for something else later.
CODES: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "F001": Wording(
            "找不到文件 {path}",
            "There is no file {path}",
            "请检查路径和文件名。",
            "Check the path and the file's name.",
        ),
        "F002": Wording(
            "{path} 是文件夹，不是文件",
            "{path} is a folder, not a file",
            "请给出文件夹里的一个文件。",
            "Name one file inside it.",
        ),
        "F003": Wording(
            "打不开文件 {path}",
            "The file {path} cannot be opened: {reason}",
            "请检查文件的读取权限，并关闭正在使用它的程序。",
            "Check that it may be read and that no other program holds it.",
        ),
        "F004": Wording(
            "文件是空的",
            "The file is empty",
            "请重新导出或重新上传。",
            "Export or upload it again.",
        ),
        "F005": Wording(
            "不认识的文件类型“{suffix}”",
            "Unknown kind of file '{suffix}'",
            "可以读取的类型：{readable}。请另存为其中一种；压缩包请先解压（有密码的用密码解压），再逐个给出里面的文件。",
            "Readable are {readable}. Save it as one of them; unpack an archive first, with its password if it has one, "
            "and give the files inside.",
        ),
        "F010": Wording(
            "文字编码无法识别：第 {position} 字节（第 {line} 行）不是 UTF-8，"
            "第 {position_gb18030} 字节（第 {line_gb18030} 行）不是 GB18030",
            "Unknown text encoding: byte {position} (line {line}) is not UTF-8, "
            "byte {position_gb18030} (line {line_gb18030}) is not GB18030",
            "多半是后一处有损坏的字：请在原来的系统里重新导出；或者用 Excel、记事本打开，改正那一行的乱码，另存为 UTF-8 编码。",
            "Most likely the latter place is damaged: export it again, or correct that line in a text editor and save it as UTF-8.",
        ),
        "F011": Wording(
            "文件是 {encoding} 编码，但第 {position} 字节（第 {line} 行）已损坏",
            "The file is {encoding}, but byte {position} (line {line}) is damaged",
            "文件可能没有传完整，或由两种编码拼接而成。请重新导出。",
            "It may be cut off, or joined from files of two encodings. Export it again.",
        ),
        "F012": Wording(
            "第 {position} 字节（第 {line} 行）是空字符，不是文字",
            "Byte {position} (line {line}) is a NUL, which is no text",
            "文件可能已损坏，或不是文本文件。请重新导出。",
            "The file is damaged or is no text. Export it again.",
        ),
        "F020": Wording(
            "第 {line} 行开始的引号直到文件结束都没有关闭",
            "A quote opened in the record of line {line} is never closed",
            "请在该行找到多余的英文双引号并删除，或写成两个双引号。",
            "Find the lone double quote there; remove it or write it twice.",
        ),
        "F021": Wording(
            "第 {line} 行开始的记录里引号位置不对，一直延伸到第 {last} 行",
            "Quotes stand wrong in the record of line {line}: it runs on to line {last}",
            "请检查这些行里的英文双引号：单元格内的双引号要写成两个。",
            "Check the double quotes in these lines: inside a cell each is written twice.",
        ),
        "F022": Wording(
            "第 {line} 行太长（超过 {limit} 个字符）",
            "Line {line} is too long (over {limit} characters)",
            "可能缺少换行，或有一个英文双引号没有关闭。",
            "Line breaks may be missing, or a double quote is not closed.",
        ),
        "F030": Wording(
            "第 {line} 行第 {column} 列处不是正确的 JSON",
            "Broken JSON at line {line}, column {column}: {reason}",
            "请检查该处的逗号、引号和括号是否配对；JSON 里不能有注释，最后一项后面不能有逗号，文件要传完整。",
            "Check commas, quotes and brackets there; JSON has no comments and no comma behind the last of a list, and must be whole.",
        ),
        "F031": Wording(
            "第 {number} 条（第 {line} 行）不是 JSON 对象，而是 {kind}",
            "Record {number} (line {line}) is not a JSON object but: {kind}",
            '每条记录要写成 {{"名称": 值}} 的形式。',
            'Write each record as {{"name": value}}.',
        ),
        "F032": Wording(
            "第 {line} 行开始的记录里，名称“{key}”出现了两次",
            "The record of line {line} has the name '{key}' twice",
            "请删除其中一个，否则无法知道以哪个为准。",
            "Remove one of them: nobody can tell which is meant.",
        ),
        "F033": Wording(
            "第 {line} 行开始的记录里，{value} 不是可用的数字",
            "The record of line {line} has {value}, which is no usable number",
            "没有数值时请写 null；过长的编号请加引号写成文字。",
            "Write null where there is no number, and long identifiers as text in quotes.",
        ),
        "F034": Wording(
            "第 {line} 行开始的记录嵌套超过 {limit} 层",
            "The record of line {line} is nested deeper than {limit}",
            "请减少嵌套层数。",
            "Nest it less deeply.",
        ),
        "F035": Wording(
            "第 {line} 行开始的记录里有不成字的字符（空字符或半个代理对）",
            "The record of line {line} has a character that is none (NUL or half a surrogate pair)",
            "请检查 \\u0000 和 \\ud800–\\udfff 形式的转义。",
            "Check escapes such as \\u0000 and \\ud800 to \\udfff.",
        ),
        "F040": Wording(
            "工作簿已损坏，无法读取",
            "The workbook is damaged: {reason}",
            "请用 Excel 或 WPS 打开并另存一份；打不开时请重新下载。",
            "Open it in Excel or WPS and save it again; download it again if that fails.",
        ),
        "F041": Wording(
            "工作簿有打开密码",
            "The workbook is encrypted",
            "请在 Excel 或 WPS 中去掉打开密码后另存。",
            "Remove the password in Excel or WPS and save it.",
        ),
        "F042": Wording(
            "压缩内容过大：{what}",
            "The workbook unpacks to too much: {what}",
            "数据很多的，请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”，CSV 没有这个限制，或者分成几个工作簿；数据不多的，请删除多余的工作表和图片后另存。",
            "If it holds very many rows, save it as CSV UTF-8, which has no such limit, or split it into several; if few, remove spare sheets and pictures.",
        ),
        "F043": Wording(
            "一个工作表只有 {cells} 个有内容的单元格，却分布在 {first} 到 {last} 之间",
            "A sheet has only {cells} cells with content, but from {first} to {last}",
            "请按 Ctrl+End 找到表格以外的内容，删除那些行和列，再保存。",
            "Press Ctrl+End to find what stands outside the table, delete those rows and columns, save.",
        ),
        "F044": Wording(
            "这是压缩文件，但不是 .xlsx 工作簿",
            "This is a zip archive, but no .xlsx workbook",
            "请用 Excel 或 WPS 打开，另存为 .xlsx。",
            "Open it in Excel or WPS and save it as .xlsx.",
        ),
        "F045": Wording(
            "文件名是工作簿，内容却是 XML",
            "It is named as a workbook but is XML",
            "请把文件名的后缀改为 .xml，或用 Excel 或 WPS 打开，另存为 .xlsx。",
            "Rename it to .xml, or open it in Excel or WPS and save it as .xlsx.",
        ),
        "F046": Wording(
            "文件名是工作簿，内容却是文本",
            "It is named as a workbook but is text",
            "请把文件名的后缀改为 .csv（或 .txt、.json），或在 Excel 中另存为 .xlsx。",
            "Rename it to .csv (or .txt, .json), or save it as .xlsx in Excel.",
        ),
        "F047": Wording(
            "文件名是工作簿，内容却不是",
            "It is named as a workbook but is none",
            "请用 Excel 或 WPS 打开，另存为 .xlsx。",
            "Open it in Excel or WPS and save it as .xlsx.",
        ),
        "F050": Wording(
            "读取所需内存超过限制（{megabytes} MB）",
            "Reading it needs more memory than the limit of {megabytes} MB",
            "请把文件分成几份，或改用 CSV；工作簿请检查表格以外是否有内容（Ctrl+End）。",
            "Split it or use CSV; in a workbook look for cells outside the table (Ctrl+End).",
        ),
        "F051": Wording(
            "读取所需计算时间超过限制（{seconds} 秒）",
            "Reading it takes more computing time than the limit of {seconds} seconds",
            "请把文件分成几份，或改用 CSV。",
            "Split it or use CSV.",
        ),
        "F052": Wording(
            "读取超时（{seconds} 秒）",
            "Reading it took longer than {seconds} seconds",
            "请稍后再试；仍然超时请把文件分成几份。",
            "Try again later; if it still takes too long, split the file.",
        ),
        "F053": Wording(
            "读取程序中途退出（{status}）",
            "The reading process ended early ({status}): {reason}",
            "文件可能已损坏。请用 Excel 或 WPS 打开并另存一份再试。",
            "The file may be damaged. Open it, save it again and retry.",
        ),
        "F054": Wording(
            "第 {number} 行的内容过大（超过 {megabytes} MB）",
            "Row {number} is too large (over {megabytes} MB)",
            "请检查该行是否误粘贴了大量内容。",
            "Check whether something was pasted into it by mistake.",
        ),
        "F055": Wording(
            "读取程序出错（{kind}）",
            "The reader failed ({kind}): {reason}",
            "这是程序的问题，请把文件和本提示发给维护人员。",
            "This is a fault of the program: please send the file and this text to its maintainers.",
        ),
        "F056": Wording(
            "工作表太大，一次读不下：到第 {row} 行已有 {cells} 个有内容的单元格",
            "A sheet is too large to be read at once: up to row {row} it has {cells} cells with content",
            "请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”，CSV 没有这个限制；或者分成几个文件，每个不超过 {most} 行。表格以外还有内容的（Ctrl+End），先删除那些行和列。",
            "Save it as CSV UTF-8 in Excel or WPS, which has no such limit; or split it into files of at most {most} rows. Where cells stand outside the table (Ctrl+End), delete those first.",
        ),
        "F060": Wording(
            "第 {line} 行第 {column} 列处不是正确的 XML",
            "Broken XML at line {line}, column {column}: {reason}",
            "请检查该处的标签是否成对，“&”和“<”是否写成 &amp; 和 &lt;，文件是否完整。",
            "Check that tags are closed there, that & and < are written &amp; and &lt;, and that the file is whole.",
        ),
        "F061": Wording(
            "文件开头有 DOCTYPE（DTD 或实体）声明，为了安全不予读取",
            "The file begins with a DOCTYPE (a DTD or entities), which is not read for safety",
            "请删除 <!DOCTYPE …> 声明后再试，或重新导出为不带 DTD 的 XML。",
            "Remove the <!DOCTYPE …> and try again, or export XML without a DTD.",
        ),
        "F062": Wording(
            "XML 里没有记录：根元素“{root}”没有下级元素",
            "The XML has no records: its root '{root}' holds no elements",
            "每条记录应是一个元素，其下每个字段各是一个元素。",
            "Write each record as an element that holds one element for each of its fields.",
        ),
        "F063": Wording(
            "第 {line} 行的元素嵌套超过 {limit} 层",
            "The elements of line {line} are nested deeper than {limit}",
            "请减少嵌套层数。",
            "Nest them less deeply.",
        ),
        "F064": Wording(
            "XML 里不同的元素和属性超过 {limit} 种",
            "The XML has more than {limit} different elements and attributes",
            "元素名应是字段名，不能是编号或数值；请检查导出设置。",
            "Elements are named for fields, not for numbers or values: check how it was exported.",
        ),
        "F065": Wording(
            "网页里没有表格",
            "The page holds no table",
            "请保存含有数据表格的页面，或用 Excel、WPS 打开后另存为 .xlsx。",
            "Save the page that shows the table, or open it in Excel or WPS and save it as .xlsx.",
        ),
        "F066": Wording(
            "“{table}”里合并的单元格铺开后过大：{what}",
            "The merged cells of '{table}' cover too much: {what}",
            "请检查 colspan、rowspan（合并单元格）的数值，或用 Excel 另存为 .xlsx。",
            "Check colspan and rowspan (merged cells), or save it as .xlsx in Excel.",
        ),
        "F067": Wording(
            "文件声明的文字编码“{encoding}”与内容不符，或不能使用",
            "The file declares the encoding '{encoding}', which its content is not or which cannot be used",
            "请另存为 UTF-8 编码，并把声明改为 UTF-8。",
            "Save it as UTF-8 and let it declare UTF-8.",
        ),
        "F070": Wording(
            "文件像是 Big5（繁体中文）编码，不能按国标编码读",
            "The file seems to be Big5 (traditional Chinese), which would be misread",
            "请用文本编辑器打开，另存为 UTF-8 编码。",
            "Open it in a text editor and save it as UTF-8.",
        ),
        "F071": Wording(
            "文件名是文本，内容却是 {kind} 文件",
            "The name says text, but the file is {kind}",
            "请改用正确的扩展名；PDF、图片和压缩包要先取出其中的表格。",
            "Give it its right suffix; take the table out of a PDF, a picture or an archive first.",
        ),
    }
)
