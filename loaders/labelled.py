"""What only the words before it tell to be a person's: passports, permits, soldiers' papers, homes; how it is masked."""

import re

Kind = tuple[str, str]
PAPERS: Kind = ("证件号", "the number of a personal document")
HOME: Kind = ("住址", "a private address")

# One of them is in every text that is looked at closer; to look for these is quick.
_SIGNS = re.compile("[证住]|护照|居留|香港|家庭|户[籍口]")
_WORDS = re.compile(
    r"护照|通行证|回乡证|台胞证|[军士警]官证|士兵证|文职|军人|居留|(?:港|澳|台湾).{0,8}证|香港|住址|家庭|户籍|户口|现住|[居常]住地|常住|身份证地址"
    r"|[,，、 ]住|住[在于]"
)

# A pass for lorries is no person's: the permit's own words have to be there, or a letter that only these have.
_PERMIT = (
    r"(?:护照|(?:来往|往来)[^\d\s,，;；。]{0,10}通行证|回乡证|台胞证|港澳(?:居民)?证|军官证|士兵证|士官证|警官证|文职(?:干部|人员)?证"
    r"|军人(?:身份)?证件?|永久居留(?:身份)?证|居留许可|(?:香港|澳门|台湾|港澳台)(?:居民|永久性居民)?(?:身份证|居住证|居民证))"
)
_NUMBERED = r"(?:件)?(?:的?号码?|编号|[Nn][Oo]\.?)?[\s:：()（）\[\]【】=为是\"“]{0,4}"
_NUMBER = (
    r"(?:[\u4e00-\u9fff]{1,2}字?第)?[A-Za-z]{0,4}[ -]?\d(?:[ -]?[0-9A-Za-z]){4,17}(?:[(（][0-9A-Za-z][)）])?"
)
_PAPER = re.compile(rf"({_PERMIT}{_NUMBERED})({_NUMBER})(?![0-9A-Za-z])")
_PAPER_ALONE = re.compile(rf"\s*({_NUMBER})\s*")
_PAPER_HEADING = re.compile(rf"{_PERMIT}{_NUMBERED}$")
# Hong Kong's identity card has a check digit in brackets.
_HONG_KONG = re.compile(r"(?<![0-9A-Za-z])([A-Za-z]{1,2})(\d{6})[(（]([0-9Aa])[)）]")

_HOME_WORDS = (
    r"(?:家庭(?:详细)?(?:住址|地址|住所)|家庭住|户籍(?:所在)?(?:地址|地)|户口(?:所在地|地址)|现住(?:址|地址|地|所)?|居住(?:地址|地点|地)"
    r"|常住(?:地址|地)|身份证(?:住址|地址)|(?<![居单])住址)"
)
_ADDRESS = r"[^,，;；。|\n\t\"”》}{]{4,80}"
_HOME = re.compile(
    rf"({_HOME_WORDS}[\s:：为在是于=\"“]{{1,4}}|(?:出生|[男女]|[汉回彝白傣壮苗满藏]族)[,，、 ]{{1,2}}(?:现|户籍地?)?住(?:址|所地?|在|于)?[:：]?)({_ADDRESS})"
)
_HOME_HEADING = re.compile(rf"{_HOME_WORDS}[\s:：)）]*$")
# Without one of these it is no house.
_HOUSE = re.compile(r"\d+|[号室栋幢座户组村]|单元|弄|[一二三四五六七八九十]+[号楼]")
_DIVISIONS = re.compile(
    r"\s*(?:[\u4e00-\u9fff]{2,11}?(?:特别行政区|自治区|自治州|自治县|地区|省|市|州|盟|县|区|旗))+(?!\w{0,2}[号栋幢室])"
)


def may_be_labelled(text: str) -> bool:
    """Whether a text has words that may stand before a person's papers or home; quick."""
    return _SIGNS.search(text) is not None and _WORDS.search(text) is not None


def mask_labelled(text: str, beside: str = "") -> tuple[str, list[Kind]]:
    """The text with the numbers of personal documents and private addresses masked; what was found.

    >>> mask_labelled("护照号:E12345678")[0], mask_labelled("家庭住址:昆明市示例区示例路1号2栋301室")[0]
    ('护照号:E1*******', '家庭住址:昆明市示例区***')
    """
    found: list[Kind] = []

    def paper(before: str, number: str) -> str:
        found.append(PAPERS)
        kept = 1 if number[:1].isdecimal() else 2
        return f"{before}{number[:kept]}{'*' * (len(number) - kept)}"

    def home(before: str, address: str) -> str:
        if not _HOUSE.search(address) or address.lstrip().startswith("*"):
            return before + address
        found.append(HOME)
        return f"{before}{masked_home(address)}"

    def hong_kong(match: re.Match[str]) -> str:
        return paper("", match[0]) if is_hong_kong_number(match[1], match[2], match[3]) else match[0]

    text = _PAPER.sub(lambda match: paper(match[1], match[2]), text)
    text = _HONG_KONG.sub(hong_kong, text)
    text = _HOME.sub(lambda match: home(match[1], match[2]), text)
    alone = _PAPER_ALONE.fullmatch(text)
    if alone and beside and _PAPER_HEADING.search(beside):
        text = paper("", alone[1])
    if beside and _HOME_HEADING.search(beside) and "***" not in text:
        text = home("", text)
    return text, found


def masked_home(address: str) -> str:
    """An address as far as the county.

    >>> masked_home("云南省昆明市示例区示例路1号"), masked_home("示例小区3栋2单元501室")
    ('云南省昆明市示例区***', '***')
    """
    found = _DIVISIONS.match(address)
    return f"{found[0].strip() if found else ''}***"


def is_hong_kong_number(letters: str, digits: str, check: str) -> bool:
    """Whether letters, six digits and the character in brackets are a Hong Kong identity number."""
    values = [36, *(int(one, 36) for one in letters.upper())][-2:]
    total = sum(weight * one for weight, one in zip((9, 8), values, strict=True))
    total += sum(weight * int(one) for weight, one in zip(range(7, 1, -1), digits, strict=True))
    return (total + int(check, 16)) % 11 == 0
