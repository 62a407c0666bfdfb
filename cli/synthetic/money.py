"""Amounts of a synthetic record: which of the lot's amounts a property's name means, and what it costs in yuan."""

import re
from collections.abc import Callable
from typing import Any

from cli.synthetic.limits import Limits
from cli.synthetic.scene import Scene
from cli.synthetic.text import TERMS
from schemas.field import Field

Amount = Callable[[Scene], float]
_ON_TERMS = 0.01
_FEES = (0.0, 100.0, 200.0, 300.0, 500.0)


def _offer(scene: Scene) -> float:
    return scene.candidate.price if scene.candidate else scene.amounts.award


def _deposit(scene: Scene) -> float:
    return round(scene.amounts.start * (0.02 if scene.amounts.start < 5_000_000 else 0.1), -2)


# Words of the name and title, whether the amount presumes an award, the amount. The first that fits counts.
_MEANINGS: tuple[tuple[str, bool, Amount], ...] = (
    (r"documentsPrice|售价|工本费", False, lambda s: _FEES[int(len(_FEES) * s.draw())]),
    (r"increment|加价|增价", False, lambda s: 10.0 ** (len(str(int(s.amounts.start))) - 3) if s.amounts.start >= 100 else 1.0),
    (r"performance|履约", True, lambda s: round(s.amounts.award * 0.05, 2)),
    (r"deposit|security|guarantee|保证金|担保", False, _deposit),
    (r"fee\b|服务费|代理费|费用|佣金", True, lambda s: round(s.amounts.award * 0.011, 2)),
    (r"fine|penalty|罚", False, lambda s: round(1_000 + 90_000 * s.draw() ** 2, -2)),
    (r"budget|estimat|investment|预算|估算|概算|投资", False, lambda s: s.amounts.budget),
    (r"ceiling|限价|控制价", False, lambda s: s.amounts.ceiling),
    (r"start|reserve|reference|listing|apprais|起始|起拍|底价|挂牌价|评估|参考", False, lambda s: s.amounts.start),
    (r"payment|instal|分期|支付|付款", True, lambda s: round(s.amounts.award / max(s.count, 1), 2)),
    (r"bid|offer|报价", True, _offer),
    (r"award|deal|price|contract|value|total|成交|中标|合同|总价|总额|转让价|价格", True, lambda s: s.amounts.award),
)  # fmt: skip
_ITEM_COLUMNS = ("unitPrice", "amount")


def presumes_award(field: Field) -> bool:
    """Whether an amount is only there when something was awarded."""
    return _meaning(field)[0]


def money_maker(field: Field, limits: Limits, *, early: bool) -> Callable[[Scene], Any]:
    """How money of a property is made; an early stage, which knows no award, tells the ceiling instead."""
    if field.column in _ITEM_COLUMNS:
        by_item = _item_maker(unit=field.column == "unitPrice", limits=limits)
    else:
        by_item = None
    presumed, amount = _meaning(field)
    unit = field.definition == "unitPrice"
    terms = field.column == "amount" and presumed

    def make(scene: Scene) -> Any:
        if by_item is not None and scene.item is not None:
            return by_item(scene)
        if terms and scene.candidate is None and scene.draw() < _ON_TERMS:
            return {"amountDetails": TERMS[int(len(TERMS) * scene.draw())]}
        if unit:
            price = scene.item.price if scene.item else 100.0
            return _money(price * (0.9 + 0.4 * scene.draw()), limits, 2)
        yuan = scene.amounts.ceiling if early and presumed else amount(scene)
        return _money(yuan, limits, 2)

    return make


def _meaning(field: Field) -> tuple[bool, Amount]:
    named = f"{field.name} {field.title}"
    for words, presumed, amount in _MEANINGS:
        if re.search(words, named, re.IGNORECASE):
            return presumed, amount
    return False, lambda scene: round(scene.amounts.ceiling * (0.01 + 0.9 * scene.draw()), -2)


def _item_maker(*, unit: bool, limits: Limits) -> Callable[[Scene], Any]:
    def make(scene: Scene) -> Any:
        item = scene.item
        assert item is not None
        return _money(item.price if unit else item.price * item.quantity, limits, 4 if unit else 2)

    return make


def _money(yuan: float, limits: Limits, decimals: int) -> dict[str, Any]:
    fitted = round(min(max(yuan, limits.minimum), limits.maximum), decimals)
    return {"amount": int(fitted) if fitted == int(fitted) else fitted, "currency": "CNY"}
