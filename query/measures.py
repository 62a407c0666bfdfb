"""What statistics can be grouped by and what they measure: the tables that types, plans and SQL are made from.

Every measure is a whole number in the database: fen, ten-thousandths of a share, hundredths of a day.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Dimension:
    """What groups are told apart by.

    `column` is that of the disclosure and, where it has it, of a rollup; `part` is cut from it (year, quarter, month,
    county). `titles` says what names a value: a codelist, `type`, `method`, `status`, or the table region or publisher.
    """

    column: str
    description: str
    titles: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number about a group: where it stands in the answer, and what one of it is in the database's whole number.

    `costly` ones need every disclosure of the list; all others can come from a rollup.
    """

    path: tuple[str, ...]
    unit: int
    description: str
    costly: bool = False

    @property
    def having(self) -> str:
        """The name of its field in `having`: `amountSum`."""
        head, *rest = self.path
        return head + "".join(one[:1].upper() + one[1:] for one in rest)

    @property
    def order(self) -> str:
        """Its name in `orderBy`: `AMOUNT_SUM`."""
        return "".join("_" + letter if letter.isupper() else letter for letter in self.having).upper()

    @property
    def digits(self) -> int:
        """The decimals it is answered with at most; 0 for a whole number."""
        return len(str(self.unit)) - 1


DIMENSIONS: MappingProxyType[str, Dimension] = MappingProxyType(
    {
        "DOMAIN": Dimension("domain", "领域。Domain.", "domain"),
        "TYPE": Dimension("type", "类型。Disclosure type.", "type"),
        "STAGE": Dimension("stage", "环节。Stage.", "stage"),
        "LEVEL": Dimension("level", "公开主体的层级。The publisher's level.", "level"),
        "PROVINCE": Dimension("province", "省级行政区。Province.", "region"),
        "PREFECTURE": Dimension("prefecture", "地级行政区。Prefecture.", "region"),
        "COUNTY": Dimension("region", "县级行政区,按所写代码;乡级计入其县。County, by the code as written; townships count in it.", "region", "county"),
        "REGION": Dimension("region", "所写的行政区划,不论层级。Region as written, of any level.", "region"),
        "PUBLISHER": Dimension("publisher_id", "公开主体。Publisher.", "publisher"),
        "METHOD": Dimension("method", "采购、供地、出让、转让的方式。How it is procured, supplied, granted or transferred.", "method"),
        "OUTCOME": Dimension("outcome", "结果。Outcome.", "outcome"),
        "YEAR": Dimension("published_date", "发布日期的年。Year of the published date: 2024.", part="year"),
        "QUARTER": Dimension("published_date", "发布日期的季度。Quarter of the published date: 2024-Q1.", part="quarter"),
        "MONTH": Dimension("published_date", "发布日期的月。Month of the published date: 2024-06.", part="month"),
        "STATUS": Dimension("status", "状态。Status.", "status"),
        "SCHEMA_VERSION": Dimension("schema_version", "所依据的模式版本。Version of the schema.", part=""),
    }
)  # fmt: skip

# column of the statement → measure
MEASURES: MappingProxyType[str, Measure] = MappingProxyType(
    {
        "disclosures": Measure(("count",), 1, "条数。Number of disclosures."),
        "reposts": Measure(("reposts",), 1, "其中自称转载的条数,其金额不计。Those that say they repost another; their amounts do not count."),
        "amount_sum": Measure(("amount", "sum"), 100, "合计(元)。Sum in yuan."),
        "amount_mean": Measure(("amount", "mean"), 100, "平均(元),四舍五入到分。Mean in yuan, rounded half up to the fen."),
        "amount_minimum": Measure(("amount", "minimum"), 100, "最小(元)。Smallest in yuan."),
        "amount_maximum": Measure(("amount", "maximum"), 100, "最大(元)。Largest in yuan."),
        "amount_median": Measure(("amount", "median"), 100, "中位数(元),四舍五入到分。Median in yuan, rounded half up to the fen.", costly=True),
        "amounts": Measure(("amount", "count"), 1, "有金额的条数。How many have an amount that counts."),
        "judged": Measure(("lateness", "judged"), 1, "能判断是否逾期的条数。How many can be judged."),
        "late": Measure(("lateness", "late"), 1, "逾期的条数。How many were late."),
        "late_share": Measure(("lateness", "share"), 10_000, "逾期的比例,0–1,四舍五入到四位。Share of the judged that were late, 0 to 1, rounded half up to four decimals."),
        "late_mean": Measure(("lateness", "meanDays"), 100, "逾期的平均天数,四舍五入到两位。Mean days of the late ones, rounded half up to two decimals."),
        "late_maximum": Measure(("lateness", "maximumDays"), 1, "逾期最长的天数。Most days late."),
        "organizations": Measure(("organizations",), 1, "不同的当事人单位数。Distinct organizations that are parties.", costly=True),
        "processes": Measure(("processes",), 1, "不同的过程数。Distinct processes.", costly=True),
    }
)  # fmt: skip
