"""Messages to webhooks, signed by the Standard Webhooks scheme (HMAC-SHA256, `v1,`).

The secret of an endpoint is computed from one key in a file that only its owner may read, and the endpoint's own salt:
neither the database, nor its backups and replicas, nor a log has anything that signs. A new salt is a new secret.
"""

import hashlib
import hmac
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson
from standardwebhooks import Webhook as Signature

from publish.following import Change
from schemas.calendar import moment
from schemas.errors import OpenallocError
from store.identity import digest

_PREFIX = "whsec_"
_BYTES = 32


def read_key(path: Path, *, make: bool = False) -> bytes:
    """The key of a file; with `make` a new one where there is none. Raises OpenallocError P140 and P141."""
    if make:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        except OSError as error:
            raise _no_key(path, error.strerror) from None
        else:
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_hex(_BYTES).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
    try:
        if path.stat().st_mode & 0o077:
            raise OpenallocError(
                "P141", f"别人能读密钥文件 {path}", f"others may read the key file {path}",
                f"运行 chmod 600 {path}。", f"Run chmod 600 {path}.",
            )  # fmt: skip
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise _no_key(path, error.strerror) from None
    except ValueError:
        raise _no_key(path, "不是十六进制数 / not hexadecimal digits") from None
    if len(key) < _BYTES:
        raise _no_key(path, "太短 / too short")
    return key


def secret_of(key: bytes, id: str, salt: str) -> str:
    """The secret of an endpoint, as its owner is given it.

    >>> secret_of(bytes(32), "a", "b")
    'whsec_zweVyBku9RLuhEaWmEgVTHSN8iSPFbRB8n/bmuGoiCA='
    """
    made = hmac.new(key, f"openalloc webhook {id} {salt}".encode(), hashlib.sha256).digest()
    return _PREFIX + b64encode(made).decode()


def message_of(changes: Sequence[Change], batch: int, now: datetime) -> bytes:
    """The body for some changes: of one change, or where an endpoint takes several at once, of a list."""
    if batch == 1:
        (change,) = changes
        kind, data = f"disclosure.{change.kind}", change.body
    else:
        kind = "disclosures.changed"
        data = b'{"changes":[' + b",".join(change.body for change in changes) + b"]}"
    return orjson.dumps({"type": kind, "timestamp": moment(now), "data": orjson.Fragment(data)})


def message_id(webhook: str, changes: Sequence[Change]) -> str:
    """The id of the message that tells an endpoint some changes: the same, however often it is sent."""
    return f"msg_{digest(24, webhook, *(change.body.decode() for change in changes))}"


def headers_of(secret: str, name: str, body: bytes, now: datetime) -> Mapping[str, str]:
    """The headers of a message, whose id is given, at an attempt; `now` is UTC."""
    at = now.replace(tzinfo=UTC)
    return {
        "webhook-id": name, "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signature(secret).sign(name, at, body.decode()), "content-type": "application/json",
        "user-agent": "openalloc-webhooks",
    }  # fmt: skip


def _no_key(path: Path, reason: str | None) -> OpenallocError:
    return OpenallocError(
        "P140", f"用不了密钥文件 {path}:{reason}", f"the key file {path} cannot be used: {reason}",
        "登记地址的机器和投递的机器要用同一个文件(OPENALLOC_WEBHOOK_KEY_FILE)。",
        "Where endpoints are registered and where changes are delivered the same file is needed (OPENALLOC_WEBHOOK_KEY_FILE).",
    )  # fmt: skip
