"""A list of disclosures as an Atom feed (RFC 4287), in pages (RFC 5005).

An entry is a disclosure as it stands: its id never changes, `updated` is the moment of its last change, be it a revision
or a withdrawal, so that a reader shows it again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from lxml import etree
from lxml.builder import ElementMaker

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
# The authority of tag URIs (RFC 4151): ids are the same wherever the same records are served.
TAG = "tag:openalloc.org,2026:"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_UNSPEAKABLE = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # what XML has no way to write
_MAKE = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a feed or an entry."""

    rel: str
    href: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A disclosure in a feed; `updated` is UTC as ISO 8601 with its Z, `address` its page."""

    id: str
    title: str
    updated: str
    author: str
    address: str
    summary: str = ""
    type: str = ""
    type_title: str = ""
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed; `name` identifies the list, whatever the page."""

    name: str
    title: str
    language: str
    updated: str
    author: str
    links: Sequence[Link]
    entries: Sequence[Entry] = field(default_factory=tuple)

    def to_xml(self) -> bytes:
        """The feed as XML."""
        root = _MAKE.feed({_LANGUAGE: self.language})
        root.append(_MAKE.id(f"{TAG}{_written(self.name)}"))
        root.append(_MAKE.title(_written(self.title)))
        root.append(_MAKE.updated(self.updated))
        root.append(_MAKE.author(_MAKE.name(_written(self.author))))
        root.append(_MAKE.generator("openalloc"))
        for link in self.links:
            root.append(_link(link))
        for entry in self.entries:
            root.append(_entry(entry))
        return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _entry(entry: Entry) -> etree._Element:
    made = _MAKE.entry(
        _MAKE.id(f"{TAG}disclosures/{entry.id}"), _MAKE.title(_written(entry.title)), _MAKE.updated(entry.updated),
        _MAKE.author(_MAKE.name(_written(entry.author))), _link(Link("alternate", entry.address, "text/html")),
    )  # fmt: skip
    if entry.published is not None:
        made.append(_MAKE.published(f"{entry.published.isoformat()}T00:00:00+08:00"))
    if entry.type:
        made.append(_MAKE.category({"term": entry.type, "label": _written(entry.type_title)}))
    if entry.summary:
        made.append(_MAKE.summary(_written(entry.summary)))
    return made


def _link(link: Link) -> etree._Element:
    of_type = {"type": link.type} if link.type else {}
    return _MAKE.link({"rel": link.rel, "href": _written(link.href), **of_type})


def _written(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)
