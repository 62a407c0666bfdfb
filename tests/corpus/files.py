"""What can be wrong with the bytes of a file, whatever its rows say: one row a fault."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from formats.child import Limits
from tests.formats import test_hostile as hostile
from tests.formats import test_workbook as workbooks

DEFAULT = Limits()


@dataclass(frozen=True)
class FileFault:
    """Bytes made of those of a good file, the code of why they cannot be read, and details it must name."""

    name: str
    suffix: str
    damage: Callable[[bytes], bytes]
    code: str
    limits: Limits = DEFAULT


def replaced(old: str | bytes, new: str | bytes) -> Callable[[bytes], bytes]:
    """The first occurrence of something written otherwise."""

    def damage(content: bytes) -> bytes:
        before, after = (one.encode() if isinstance(one, str) else one for one in (old, new))
        assert before in content
        return content.replace(before, after, 1)

    return damage


def replaced_last(old: str, new: str | bytes) -> Callable[[bytes], bytes]:
    """The last occurrence of something written otherwise."""

    def damage(content: bytes) -> bytes:
        before, found, after = content.rpartition(old.encode())
        assert found
        return before + (new.encode() if isinstance(new, str) else new) + after

    return damage


def cut(share: float) -> Callable[[bytes], bytes]:
    """The file as far as it came."""
    return lambda content: content[: int(len(content) * share)]


def instead(content: bytes | Callable[[], bytes]) -> Callable[[bytes], bytes]:
    """Another file under the name."""
    return lambda _: content if isinstance(content, bytes) else content()


def within(part: str, old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """A workbook whose parts of that name say something else."""

    def damage(content: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(made, "w") as written:
            for name in given.namelist():
                held = given.read(name)
                written.writestr(name, held.replace(old, new) if re.search(part, name) else held)
        return made.getvalue()

    return damage


def half_and_half(content: bytes) -> bytes:
    """Two files of two encodings joined."""
    text = content.decode("utf-8-sig")
    return text.encode() + text.encode("gb18030")


def cut_in_a_letter(content: bytes) -> bytes:
    """Cut within the last Chinese letter."""
    place = max(number for number, byte in enumerate(content) if byte >= 0xE4)
    return content[: place + 1]


def deep(content: bytes) -> bytes:
    """The first title as a list of lists."""
    said = json.loads(content.splitlines()[0]) if not content.startswith(b"[") else json.loads(content)[0]
    text = json.dumps(said, ensure_ascii=False)
    return (
        text.replace('"标题": ', '"标题": ' + "[" * 200, 1)
        .replace('", "公开', '"' + "]" * 200 + ', "公开', 1)
        .encode()
    )


def page(body: str) -> bytes:
    """A web page."""
    return f"<html><head><meta charset='gbk'></head><body>{body}</body></html>".encode("gbk")


NUL, LOST = b"\0", b"\xff\xff\xff"
ENTITY = '<!DOCTYPE 数据 [<!ENTITY e "x">]><数据>'
SECOND_TITLE = ' "标题": "x", "标题":'

FILES: tuple[FileFault, ...] = tuple(
    FileFault(*row) for row in (
        # Any text.
        *(("empty", suffix, cut(0), "F004") for suffix in ("csv", "json", "jsonl", "xml", "xlsx", "xls", "html")),
        *((f"a NUL in {suffix}", suffix, replaced("昆", NUL), "F012") for suffix in ("csv", "json", "jsonl", "xml")),
        *((f"a lost letter in {suffix}", suffix, replaced_last("昆", LOST), "F011") for suffix in ("csv", "json", "jsonl", "xml")),
        *((f"cut in a letter in {suffix}", suffix, cut_in_a_letter, "F011") for suffix in ("csv", "json", "jsonl", "xml")),
        *((f"two encodings in {suffix}", suffix, half_and_half, "F011") for suffix in ("csv", "json", "jsonl", "xml")),
        *((f"no encoding in {suffix}", suffix, instead("编,号\n".encode("gbk") + LOST), "F010") for suffix in ("csv", "json", "jsonl", "xml")),
        *((f"Big5 in {suffix}", suffix, instead('[{"編號": "臺北縣市政府", "名稱": "土地出讓金額範例"}]'.encode("big5")), "F070") for suffix in ("csv", "json", "jsonl")),
        *((f"a workbook named {suffix}", suffix, instead(workbooks.xlsx_of(lambda book: book.add_worksheet())), "F071") for suffix in ("csv", "json", "jsonl", "xml")),
        # CSV.
        ("a quote never closed", "csv", replaced_last(",91530114MA6K000170", ',"91530114MA6K000170'), "F020"),
        ("a quote that swallows rows", "csv", lambda content: replaced_last(",2024-06-18", ',2024-06-18"x,')(replaced(",2024-06-18", ',"2024-06-18')(content)), "F021"),
        ("a quote that swallows cells", "csv", lambda content: replaced(",挂牌", '"x,挂牌')(replaced(",530114", ',"530114')(content)), "F021"),
        ("a line without end", "csv", lambda content: content + b"x" * (20 << 20), "F022"),
        ("an open quote and a long file", "csv", lambda content: content + b'"' + b"x" * (20 << 20), "F022"),
        # JSON.
        *((f"{suffix}: a comma too few", suffix, replaced('",', '"'), "F030") for suffix in ("json", "jsonl")),
        *((f"{suffix}: cut", suffix, lambda content: content[: content.rindex(b'"')], "F030") for suffix in ("json", "jsonl")),
        *((f"{suffix}: single quotes", suffix, lambda content: content.replace(b'"', b"'"), "F030") for suffix in ("json", "jsonl")),
        *((f"{suffix}: numbers", suffix, instead(b"[1, 2]"), "F031") for suffix in ("json", "jsonl")),
        *((f"{suffix}: lists", suffix, instead(b"[[1], [2]]"), "F031") for suffix in ("json", "jsonl")),
        *((f"{suffix}: a text", suffix, instead(b'"x"'), "F031") for suffix in ("json", "jsonl")),
        *((f"{suffix}: a name twice", suffix, replaced(' "标题":', SECOND_TITLE), "F032") for suffix in ("json", "jsonl")),
        *((f"{suffix}: {number}", suffix, replaced("26668.5", number), "F033") for suffix in ("json", "jsonl") for number in ("NaN", "Infinity", "1e999", "9" * 5000)),
        *((f"{suffix}: deep", suffix, deep, "F034") for suffix in ("json", "jsonl")),
        *((f"{suffix}: {escape}", suffix, replaced("昆", escape), "F035") for suffix in ("json", "jsonl") for escape in ("\\u0000", "\\ud800")),
        # XML.
        ("a bare ampersand", "xml", replaced("昆", "&"), "F060"),
        ("a tag not closed", "xml", replaced("</标题>", ""), "F060"),
        ("another tag closed", "xml", replaced("</标题>", "</题标>"), "F060"),
        ("cut XML", "xml", cut(0.8), "F060"),
        ("a control character", "xml", replaced("昆", b"\x01"), "F060"),
        ("an entity of HTML", "xml", replaced("昆", "&nbsp;"), "F060"),
        ("an entity of its own", "xml", replaced("<数据>", ENTITY), "F061"),
        ("a DTD elsewhere", "xml", replaced("<数据>", '<!DOCTYPE 数据 SYSTEM "http://127.0.0.1:9/x.dtd"><数据>'), "F061"),
        ("a file of the system", "xml", replaced("<数据>", '<!DOCTYPE 数据 [<!ENTITY e SYSTEM "file:///etc/passwd">]><数据>&e;'), "F061"),
        ("a billion laughs", "xml", instead(hostile.laughs_xml), "F061"),
        ("quadratic blowup", "xml", instead(hostile.blowup), "F061"),
        ("no records", "xml", instead("<数据></数据>".encode()), "F062"),
        ("deep XML", "xml", replaced("昆", "<a>" * 150 + "x" + "</a>" * 150), "F063"),
        ("a name for each number", "xml", instead(b"<d>" + b"".join(b"<n%d>1</n%d>" % (n, n) for n in range(20_000)) + b"</d>"), "F064"),
        ("an encoding it is not", "xml", lambda content: replaced("UTF-8", "big5")(content.decode().encode("big5", "replace")), "F067"),
        # Workbooks.
        *((f"cut {suffix}", suffix, cut(0.6), "F040") for suffix in ("xlsx", "xls")),
        ("a part that is no XML", "xlsx", within("sheet1.xml", b"</c>", b""), "F040"),
        ("a part that is missing", "xlsx", within("workbook.xml.rels", b"worksheets/", b"elsewhere/"), "F040"),
        ("encrypted", "xlsx", instead(workbooks.encrypted_xlsx), "F041"),
        ("encrypted", "xls", instead(workbooks.encrypted_xls), "F041"),
        ("a zip bomb", "xlsx", instead(hostile.bomb), "F042"),
        ("a claim of 4 GB", "xlsx", instead(hostile.claims_much), "F042"),
        ("too many parts", "xlsx", instead(lambda: hostile.archive("", "", {f"x{n}": b"" for n in range(10_001)})), "F042"),
        ("two far cells", "xlsx", instead(hostile.far_cells), "F043"),
        ("two far cells", "xls", instead(hostile.far_cells_xls), "F043"),
        ("far cells without places", "xlsx", instead(hostile.far_cells_without_places), "F050"),
        ("one text in many cells", "xlsx", instead(hostile.strings_repeated), "F050", Limits(memory=512 << 20)),
        ("a document of Word", "xlsx", instead(workbooks.document), "F044"),
        *((f"XML named {suffix}", suffix, instead("<?xml version='1.0'?><数据><行>1</行></数据>".encode()), "F045") for suffix in ("xlsx", "xls")),
        *((f"text named {suffix}", suffix, instead("编号\t地块\n".encode("gbk")), "F046") for suffix in ("xlsx", "xls")),
        *((f"noise named {suffix}", suffix, instead(bytes(range(256)) * 40), "F047") for suffix in ("xlsx", "xls")),
        # Web pages.
        *((f"a page without a table named {suffix}", suffix, instead(page("<p>x</p>")), "F065") for suffix in ("html", "xls")),
        *((f"a million columns named {suffix}", suffix, instead(page("<table><tr>" + "<td colspan=1000>x" * 1000)), "F066") for suffix in ("html", "xls")),
        ("Japanese", "html", instead("<meta charset=shift_jis><table><tr><td>表<td>b".encode("shift_jis")), "F067"),
        # What reading costs.
        ("no memory", "csv", cut(1), "F050", Limits(memory=20 << 20)),
        ("no time", "csv", lambda content: content * 1_000 + b"\n" * (40 << 20), "F051", Limits(cpu=1, bytes_a_second=1 << 40)),
        ("no patience", "csv", cut(1), "F052", Limits(wall=0.001)),
        ("a row of 70 MB", "json", instead(lambda: json.dumps([{f"x{n}": "y" * (1 << 20) for n in range(70)}]).encode()), "F054"),
    )
)  # fmt: skip

# Codes that no file of ours can bring about.
NOT_OF_A_FILE = {
    "F001": "there is no file", "F002": "it is a folder", "F003": "it may not be opened", "F005": "the name is unknown",
    "F053": "the reader dies of its own, which is tested with a reader that does", "F055": "a fault of our program",
}  # fmt: skip
