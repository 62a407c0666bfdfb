"""Changes delivered to webhooks: in their order, at least once, tried again with longer and longer pauses.

    due endpoints → claimed → the changes after their position → one message → sent → position moved

An endpoint's position moves when the other side has answered 2xx, so that a message is sent again after a crash, with
the same id. An endpoint that took nothing for days is disabled, and that is said; one that answers 410 at once.
"""

import random
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from sqlalchemy import Engine

from api.choosing import choose
from api.operation import REFUSED, Service, refused
from publish.following import Change, Follower, Look
from publish.selection import Selection
from publish.sending import Outcome, send
from publish.signing import headers_of, message_id, message_of, secret_of
from schemas.calendar import moment, utc_now
from store import webhooks
from store.engine import writing
from store.webhooks import Webhook

# Seconds until the next attempt, the last again and again; each is lengthened by up to a fifth by chance.
PAUSES = (5, 60, 300, 1800, 7200, 18_000, 36_000)
PATIENCE = timedelta(days=5)  # after which an endpoint is disabled that took nothing
_LONGEST = 86_400  # seconds that an endpoint may ask to wait
_BYTES = 1_000_000  # of a message of several changes
_AT_ONCE = 8
_TURNS = 20  # messages to one endpoint before others have their turn
GONE = 410
Post = Callable[..., Outcome]


@dataclass
class Deliverer:
    """Delivers what there is to the endpoints of one database; `tell` is given what an operator should know."""

    service: Service
    engine: Engine
    key: bytes = field(repr=False)
    tell: Callable[[str], object]
    post: Post = send
    site: str = ""
    now: Callable[[], datetime] = utc_now
    chance: Callable[[], float] = random.random
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self._follower = Follower(self.engine, self.service.catalog, self.site)

    def round(self) -> int:
        """Deliver to every endpoint that is due; how many messages were sent."""
        with self.engine.connect() as connection:
            due = webhooks.due(connection, self.now())
        if not due:
            return 0
        with ThreadPoolExecutor(min(_AT_ONCE, len(due))) as threads:
            return sum(threads.map(self._serve, due))

    def test(self, webhook: Webhook) -> Outcome:
        """Send an endpoint a message that tells nothing."""
        body = orjson.dumps({"type": "openalloc.test", "timestamp": f"{self.now().isoformat()}Z", "data": {}})
        return self._send(webhook, f"msg_{secrets.token_hex(12)}", body)

    def _serve(self, id: str) -> int:
        """Send an endpoint what it has not, message by message, until it has all or does not take one."""
        sent = 0
        with writing(self.engine) as connection:
            webhook = webhooks.claim(connection, id, self.name, self.now())
        try:
            while webhook is not None and sent < _TURNS:
                found = self._look(webhook)
                if found is None:
                    break
                changes, version = self._cut(webhook, found)
                outcome = self._tell(webhook, changes) if changes else None
                sent += outcome is not None
                webhook = self._noted(webhook, outcome, version, found.newest)
        finally:
            with writing(self.engine) as connection:
                webhooks.release(connection, id, self.name)
        return sent

    def _look(self, webhook: Webhook) -> Look | None:
        """The changes after its position; None where they cannot be read now, which is told."""
        try:
            selection = Selection.of(parse_qsl(webhook.selection), self.service.catalog)
            return self._follower.look(
                selection, choose(self.service, selection), webhook.position, webhook.batch
            )
        except REFUSED as error:  # the standard has no such code or property any more
            told = orjson.loads(refused(error).body)["errors"][0]
            self.tell(f"{webhook.id} {told['message']}")
            self._noted(webhook, Outcome(told["extensions"]["code"]), webhook.position, webhook.position)
            return None

    def _cut(self, webhook: Webhook, found: Look) -> tuple[Sequence[Change], int]:
        """The changes of the next message, and the version up to which it tells."""
        changes: Sequence[Change] = found.told[: webhook.batch]
        while len(changes) > 1 and sum(len(one.body) for one in changes) > _BYTES:
            changes = changes[: len(changes) // 2]
        return changes, found.version if len(changes) == len(found.told) else changes[-1].version

    def _tell(self, webhook: Webhook, changes: Sequence[Change]) -> Outcome:
        body = message_of(changes, webhook.batch, self.now())
        return self._send(webhook, message_id(webhook.id, changes), body)

    def _send(self, webhook: Webhook, name: str, body: bytes) -> Outcome:
        secret = secret_of(self.key, webhook.id, webhook.salt)
        return self.post(webhook.url, headers_of(secret, name, body, self.now()), body, inside=webhook.inside)

    def _noted(self, webhook: Webhook, outcome: Outcome | None, version: int, newest: int) -> Webhook | None:
        """Note what came of an attempt; the endpoint where there is more to be sent to it at once."""
        now = self.now()
        if outcome is None or outcome.is_taken:
            word = outcome.word if outcome else None
            with writing(self.engine, lasting=True) as connection:
                mine = webhooks.delivered(connection, webhook.id, self.name, version, now, word)
                known = webhooks.find(connection, webhook.id) if mine and version < newest else None
            return known if known is not None and known.state == "active" else None
        next_at = self._next(webhook, outcome, now)
        with writing(self.engine) as connection:
            webhooks.failed(connection, webhook, self.name, now, outcome.word, next_at)
        host = urlsplit(webhook.url).hostname
        if next_at is None:
            self.tell(
                f"{webhook.id} {host} 停用 disabled: {outcome.word};排除后 then: openalloc webhooks resume {webhook.id}"
            )
        else:
            self.tell(
                f"{webhook.id} {host} 未送达 not taken: {outcome.word},下次 next {next_at:%Y-%m-%d %H:%M:%S} UTC"
            )
        return None

    def _next(self, webhook: Webhook, outcome: Outcome, now: datetime) -> datetime | None:
        """When to try again; None for never."""
        if outcome.status == GONE or (
            webhook.failing_since is not None and now - webhook.failing_since > PATIENCE
        ):
            return None
        pause = PAUSES[min(webhook.attempts, len(PAUSES) - 1)] * (1 + self.chance() / 5)
        return now + timedelta(seconds=max(pause, min(outcome.after or 0, _LONGEST)))


def said(webhook: Webhook) -> dict[str, Any]:
    """An endpoint as a machine reads it; nothing that signs is in it."""

    def told(at: datetime | None) -> str | None:
        return None if at is None else moment(at)

    return {
        "id": webhook.id, "url": webhook.url, "selection": webhook.selection, "batch": webhook.batch,
        "inside": webhook.inside, "note": webhook.note, "state": webhook.state, "position": webhook.position,
        "createdAt": told(webhook.created_at), "attempts": webhook.attempts,
        "failingSince": told(webhook.failing_since), "nextAt": told(webhook.next_at), "lastAt": told(webhook.last_at),
        "lastOutcome": webhook.last_outcome, "disabledAt": told(webhook.disabled_at), "revokedAt": told(webhook.revoked_at),
    }  # fmt: skip
