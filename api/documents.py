"""Documents that a client may name by their SHA-256 instead of sending them.

Those in docs/queries are registered when the server starts (`documentId`, as the GraphQL-over-HTTP specification's
appendix has it); others a client registers by sending one once with its hash (Apollo's automatic persisted queries).
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from api.refusal import RequestError

HERE = Path(__file__).resolve().parent
FOLDERS = ("queries", "../docs/queries")  # in a wheel, in the repository
PREFIX = "sha256:"
_DOCUMENT = re.compile(r"^```graphql\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r"\A# (.+)\n\n(.+)\n")
_HASH = re.compile(r"[0-9a-f]{64}")


class Documents:
    """Documents by hash: the registered ones for ever, of the others those used last, within a number and a size."""

    def __init__(
        self, registered: Iterable[str] = (), most: int = 1_000, most_bytes: int = 8 * 2**20
    ) -> None:
        self._registered: Mapping[str, str] = {sha256(text): text for text in registered}
        self._sent: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0
        self._most, self._most_bytes = most, most_bytes

    def __len__(self) -> int:
        return len(self._registered) + len(self._sent)

    def of(self, given: Mapping[str, Any]) -> str:
        """The document that a request sends or names; raises RequestError where it cannot be had.

        A document that comes with its hash is to be given to `keep` once it turned out to be one.
        """
        query, name, persisted = given.get("query"), given.get("documentId"), _persisted(given)
        if name is not None:
            digest = _digest(name)
            if isinstance(query, str) and query and sha256(query) != digest:
                raise _mismatch()
            found = query or self._found(digest)
            if not found:
                raise RequestError(
                    404, "A064", f"没有登记这个文档:{str(name)[:80]}", f"no such document is registered: {str(name)[:80]}",
                    "改为发送 query。", "Send the document itself as `query`.",
                )  # fmt: skip
            return str(found)
        if persisted is not None and not query:
            found = self._found(persisted)
            if found is None:
                raise PersistedQueryNotFoundError()
            return found
        if not isinstance(query, str) or not query:
            raise RequestError(
                400, "A002", "缺少 query", "`query` is missing", "query 是 GraphQL 文本。", "`query` is the GraphQL text.",
            )  # fmt: skip
        if persisted is not None and sha256(query) != persisted:
            raise _mismatch()
        return query

    def keep(self, given: Mapping[str, Any], text: str) -> None:
        """Remember a document that came with its hash; call it when the document was answered."""
        digest = _persisted(given)
        if digest is None or digest in self._registered or digest in self._sent:
            return
        self._sent[digest] = text
        self._bytes += len(text)
        while len(self._sent) > self._most or self._bytes > self._most_bytes:
            _, gone = self._sent.popitem(last=False)
            self._bytes -= len(gone)

    def _found(self, digest: str) -> str | None:
        if digest in self._sent:
            self._sent.move_to_end(digest)
            return self._sent[digest]
        return self._registered.get(digest)


class PersistedQueryNotFoundError(RequestError):
    """The answer that makes Apollo's clients send the document: its message and code are the protocol's, not ours."""

    def __init__(self) -> None:
        super().__init__(
            200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", "PersistedQueryNotFound",
            "把 query 和 extensions.persistedQuery 一起再发一次。", "Send `query` together with extensions.persistedQuery.",
        )  # fmt: skip


def registered(here: Path = HERE) -> Iterator[tuple[tuple[str, str], str]]:
    """((Chinese, English), document) of every documented query: its page begins with the two titles."""
    for _, title, document in pages(here):
        yield title, document


def pages(here: Path = HERE) -> Iterator[tuple[str, tuple[str, str], str]]:
    """The same, each after the name of its page."""
    folder = next((here / name for name in FOLDERS if (here / name).is_dir()), None)
    for path in sorted(folder.glob("*.md")) if folder else ():
        text = path.read_text("utf-8")
        title = _TITLE.search(text)
        for document in _DOCUMENT.findall(text):
            yield path.stem, (title[2], title[1]) if title else (path.stem, path.stem), document


def sha256(text: str) -> str:
    """The hash of a document, in lower case."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _digest(name: Any) -> str:
    digest = name.removeprefix(PREFIX) if isinstance(name, str) else ""
    if not isinstance(name, str) or not name.startswith(PREFIX) or not _HASH.fullmatch(digest):
        raise RequestError(
            400, "A065", "documentId 写作 sha256: 加 64 位小写十六进制数", "a documentId is written sha256: and 64 lower-case hexadecimal digits",
            "它是文档原文(UTF-8)的 SHA-256。", "It is the SHA-256 of the document's text in UTF-8.",
        )  # fmt: skip
    return digest


def _persisted(given: Mapping[str, Any]) -> str | None:
    """The hash of Apollo's automatic persisted queries."""
    asked = (given.get("extensions") or {}).get("persistedQuery")
    if asked is None:
        return None
    digest = asked.get("sha256Hash") if isinstance(asked, Mapping) else None
    if (
        not isinstance(asked, Mapping)
        or asked.get("version") != 1
        or not isinstance(digest, str)
        or not _HASH.fullmatch(digest)
    ):
        raise RequestError(
            400, "A066", "persistedQuery 写作 {version: 1, sha256Hash: 64 位小写十六进制数}",
            "persistedQuery is written {version: 1, sha256Hash: 64 lower-case hexadecimal digits}",
        )  # fmt: skip
    return digest


def _mismatch() -> RequestError:
    return RequestError(
        400, "A067", "文档与它的 SHA-256 不符", "provided sha does not match query: the document has another SHA-256",
        "按 query 的原文(UTF-8)计算。", "Compute it over the text of `query` in UTF-8.",
    )  # fmt: skip
