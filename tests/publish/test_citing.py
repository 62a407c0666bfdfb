"""What a list that is cited is called."""

from publish.citing import described
from publish.selection import Selection
from schemas.catalog import Catalog


def test_whoever_a_list_is_about_is_called_by_his_code_alone(catalog: Catalog) -> None:
    names = {
        described(Selection.of([("publisher", one)], catalog), catalog)
        for one in ("publisher:11530114MB0W00017C", "11530114MB0W00017C")
    }
    assert names == {
        ("公共资源配置公开信息(公开主体:11530114MB0W00017C)", "Disclosures of public resource allocation (publisher: 11530114MB0W00017C)")
    }  # fmt: skip
