"""`POST /submissions/withdrawals`: a key takes back a record of its own publisher, region and types, with a reason."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from api.receipts import WITHDRAWAL, WITHDRAWN
from api.refusal import RequestError, status_of
from api.submissions import Submissions, bounds_of
from loaders.personal import mask
from schemas.errors import OpenallocError
from store import bulk, submissions, withdrawing
from store.engine import writing
from store.keys import Key
from store.submissions import Submission

_STATUS = {"W001": 404, "W002": 409, "W003": 403, "W004": 422}
# What to do, where no command's options are at hand.
_HINTS = {
    "W001": (
        "填写本系统的标识(例如 530114-0123456789abcdef),或者本公开主体自己的编号(localId)。",
        "Give its id (like 530114-0123456789abcdef), or your own number of it (localId).",
    ),
    "W003": ("只能撤回密钥的公开主体的记录;核对标识。", "A key withdraws records of its own publisher only; compare the id."),
    "W004": (
        f"写明理由,至多 {withdrawing.LONGEST} 字;理由会公开,不要写个人信息。",
        f"Say why in {withdrawing.LONGEST} characters at most; it is published: no personal data.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Which record: its id, or its publisher's number; why; for privacy or not."""

    record: str
    reason: str
    privacy: bool = False

    @classmethod
    def of(cls, said: Any) -> "Asked":
        """What a body says; raises RequestError K032 for what says nothing."""
        given = said if isinstance(said, dict) else {}
        record, reason, kind = (
            given.get("record"),
            given.get("reason"),
            given.get("kind", withdrawing.ORDINARY),
        )
        kinds = (withdrawing.ORDINARY, withdrawing.PRIVACY)
        if (
            not isinstance(record, str)
            or not isinstance(reason, str)
            or not record.strip()
            or kind not in kinds
        ):
            raise RequestError(
                422, "K032", "没有写明撤回哪一条、为什么", "It does not say which record is withdrawn and why",
                '写明标识或者本地编号(record)、理由(reason),kind 为 ordinary 或者 privacy。',
                "Give the id or the publisher's number (record) and the reason; kind is ordinary or privacy.",
            )  # fmt: skip
        return cls(record.strip(), reason, kind == withdrawing.PRIVACY)

    @property
    def text(self) -> str:
        """What was asked, as the audit trail keeps it."""
        return f"{WITHDRAWAL} {withdrawing.PRIVACY if self.privacy else withdrawing.ORDINARY}"

    @property
    def body(self) -> bytes:
        """What makes two requests the same."""
        return orjson.dumps([self.record, self.reason, self.privacy])


def withdraw(desk: Submissions, key: Key, asked: Asked, idempotency: str | None) -> Submission:
    """Withdraw a record and give the receipt: `withdrawn`, or `unchanged` where it was withdrawn before.

    Raises RequestError K033 for a record outside the key's bounds, K009, and W001 to W004 with their status.
    """
    body = asked.body
    begun = desk.begin(key, idempotency, asked.text, hashlib.sha256(body).hexdigest(), len(body))
    if begun.outcome is not None:
        return begun
    now = desk.now()
    try:
        with writing(desk.engine, lasting=True) as connection:
            if asked.privacy:  # in the order in which the withdrawal itself takes them
                bulk.lock_all(connection, bulk.WRITERS)
            id_ = withdrawing.find(connection, asked.record, key.publisher)
            before = withdrawing.withdrawal(connection, id_)
            _require_own(
                connection, desk, key, id_, erased=before is not None and before.kind == withdrawing.PRIVACY
            )
            made = withdrawing.withdraw(
                connection, id_, mask(asked.reason)[0], desk.catalog, now, privacy=asked.privacy
            )
            outcome = WITHDRAWN if made != before else "unchanged"
            submissions.finish(
                connection,
                begun.id,
                outcome,
                taken=1,
                refused=0,
                load_id=None,
                report=made.to_json(),
                now=now,
            )
    except OpenallocError as error:
        desk.break_off(begun.id, error.code)
        status = _STATUS.get(error.code) or status_of(error)
        hint, hint_en = _HINTS.get(error.code, (error.hint, error.hint_en))
        raise RequestError(status, error.code, error.message, error.message_en, hint, hint_en) from None
    found = desk.find(begun.id)
    assert found is not None
    return found


def _require_own(connection: Connection, desk: Submissions, key: Key, id_: str, *, erased: bool) -> None:
    """Raise RequestError K033 where the record is not within the key's bounds."""
    if not bounds_of(key).holds(connection, id_, desk.catalog, erased=erased):
        raise RequestError(
            403, "K033", f"{id_} 不在密钥的范围之内,不能撤回", f"{id_} lies outside the key's bounds and cannot be withdrawn",
            f"密钥的公开主体、区域、类型:{key.publisher},{key.region},{'、'.join(key.types)}。",
            f"The key's publisher, region and types: {key.publisher}, {key.region}, {', '.join(key.types)}.",
        )  # fmt: skip
