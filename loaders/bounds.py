"""What a submission may write: records of one publisher, within one region, of some types, and nothing of others.

A record is held against the bounds twice: by what it says, and in the transaction that stores it by what it would
change there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from loaders.rules import PUBLISHER
from schemas.catalog import Catalog, Disclosure
from schemas.issue import Issue, Rule, issue
from schemas.statement import statement
from schemas.uscc import normalize
from store.claims import ID, Claimed, claimed
from store.identity import Identity, identify
from store.revisions import document, revisions
from store.rows import REPOSTS
from store.withdrawing import PRIVACY, withdrawals

RULES: dict[str, Rule] = {
    "K010": Rule(
        "error", "公开主体不是密钥的公开主体:{value}", "The publisher is not the key's: {value}",
        "密钥只能提交 {expected} 的记录;核对公开主体的统一社会信用代码,或者留空(留空即为密钥的公开主体)。",
        "The key submits records of {expected} only: correct the publisher's credit code, or leave the publisher out."),
    "K011": Rule(
        "error", "行政区划代码不在密钥的区域({expected})之内:{value}", "The region code lies outside the key's region ({expected}): {value}",
        "核对行政区划代码;其他地区的记录请用那个地区的密钥提交。", "Correct the region code, or submit it with a key of that region."),
    "K012": Rule(
        "error", "看不出记录属于哪个地区", "Which region the record is of cannot be told",
        "填写六位行政区划代码,应在密钥的区域({expected})之内。", "Give the six-digit region code, within the key's region ({expected})."),
    "K013": Rule(
        "error", "密钥不能提交这个类型:{value}", "The key may not submit this type: {value}",
        "密钥的类型:{expected}。", "The key's types: {expected}."),
    "K014": Rule(
        "error", "标识(id)是另一条记录的:{value}", "The `id` is that of another record: {value}",
        "标识由系统生成,不需填写,请删去。", "Identifiers are made by the system: leave it out."),
    "K015": Rule(
        "error", "已有的这条记录不在密钥的区域({expected})之内,不能用它修订:{value}", "The stored record lies outside the key's region ({expected}) and cannot be revised with it: {value}",
        "核对编号,看是否用了别的记录的编号;确需修订的,请用那个地区的密钥。", "Check its identifier: another record may have it. Or use a key of that region."),
    "K016": Rule(
        "error", "更正、终止或者取代的不是本密钥范围内的记录:{value}", "What it corrects, terminates or supersedes is no record within the key's bounds: {value}",
        "核对对方标识;被更正的记录要先提交。转发别人的信息请用“同一”(sameAs)。",
        "Check the other's identifier; what is corrected has to be submitted first. A repost is `sameAs`."),
    "K017": Rule(
        "error", "公开主体的辖区与密钥的区域({expected})无关:{value}", "The publisher's jurisdiction has nothing to do with the key's region ({expected}): {value}",
        "核对辖区代码,或者留空。", "Correct the jurisdiction, or leave it out."),
    "K042": Rule(
        "error", "密钥不能声明这个类型没有应公开的信息:{value}", "The key may not state that there was nothing of this type: {value}",
        "只能声明密钥的类型:{expected}。", "It may of its own types only: {expected}."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounds:
    """One publisher by credit code (and name, where it is known), one region, the paths of types."""

    publisher: str
    publisher_name: str | None
    region: str
    types: tuple[str, ...]

    @property
    def text(self) -> str:
        """The bounds as a load is told apart by them."""
        return "\n".join((self.publisher, self.publisher_name or "", self.region, *sorted(self.types)))

    def to_json(self) -> dict[str, Any]:
        """The bounds as another process is told them."""
        return asdict(self)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Bounds":
        """The bounds that `to_json` told."""
        return cls(said["publisher"], said["publisher_name"], said["region"], tuple(said["types"]))

    @property
    def organization(self) -> dict[str, str]:
        """The publisher as a record has it that names none."""
        return {"uscc": self.publisher} | ({"name": self.publisher_name} if self.publisher_name else {})

    def completed(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record with the key's publisher and region where it says neither.

        A publisher named by the key's own name, or by its code in another spelling, is the key's.
        """
        said = record.get("publisher")
        if said in (None, "", {}):
            record = {**record, "publisher": self.organization}
        elif isinstance(said, dict) and self._is_own(said):
            record = {**record, "publisher": {**self.organization, **said, "uscc": self.publisher}}
        if not record.get("region") and not record.get("regionDetails"):
            record = {**record, "region": self.region}
        return record

    def complete(
        self, record: dict[str, Any], sources: dict[str, Any], sheet: str, row: int
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The record of a row, completed, and its sources, which tell what the key said."""
        whole = self.completed(record)
        said = [name for name in ("publisher", "region") if whole.get(name) != record.get(name)]
        return whole, {
            **sources,
            **{name: [sheet, row, None, PUBLISHER] for name in said},
        } if said else sources

    def outside(self, record: Mapping[str, Any], disclosure: Disclosure, catalog: Catalog) -> Iterator[Issue]:
        """What a record says that lies outside."""
        kind = statement(disclosure)
        if kind is not None:
            says = kind.read(record)
            if says is None or says.type not in self.types:
                yield _issue("K042", kind.of, says.type if says else "", "、".join(self.types))
        elif disclosure.type not in self.types:
            yield _issue("K013", "schema", disclosure.type, "、".join(self.types))
        publisher = record.get("publisher")
        given = publisher if isinstance(publisher, Mapping) else {}
        if given.get("uscc") != self.publisher:
            shown = given.get("uscc") or given.get("name") or ""
            yield _issue("K010", "publisher", str(shown), self._shown)
        regions = catalog.regions
        place, home = record.get("region"), given.get("jurisdiction")
        if not isinstance(place, str):
            yield _issue("K012", "region", None, self.region)
        elif not regions.is_within(place, self.region):
            yield _issue("K011", "region", place, self.region)
        if isinstance(home, str) and not (
            regions.is_within(home, self.region) or regions.is_within(self.region, home)
        ):
            yield _issue("K017", "publisher.jurisdiction", home, self.region)
        own = identify(record, disclosure)
        if record.get("id") is not None and (own is None or record["id"] != own.id):
            yield _issue("K014", "id", str(record["id"]), "")

    def overreaching(
        self,
        connection: Connection,
        records: Sequence[tuple[Mapping[str, Any], Identity]],
        catalog: Catalog,
    ) -> list[list[Issue]]:
        """For each record of a batch what it would change that lies outside, seen under the publisher's lock."""
        named = [[*_names(record)] for record, _ in records]
        ids = {identity.id for _, identity in records}
        asked = ids | {name for names in named for _, name in names if ID.fullmatch(name)}
        numbers = {name for names in named for _, name in names} - asked
        shards = {identity.publisher.shard for _, identity in records}
        known = claimed(connection, shards, asked, numbers)
        found = []
        erased = _erased(
            connection, [id_ for id_ in ids if id_ in known.by_id and known.by_id[id_].region is None]
        )
        for (record, identity), names in zip(records, named, strict=True):
            issues = []
            stored = known.by_id.get(identity.id)
            if stored is not None:
                if statement(catalog.versions[str(record["schema"])]) or identity.id in erased:
                    own = self.holds(connection, identity.id, catalog, erased=identity.id in erased)
                else:
                    own = self._holds(stored, catalog)
                if not own:
                    issues.append(_issue("K015", "", identity.id, self.region))
            for path, name in names:
                if name in asked:
                    target = known.by_id.get(name)
                    right = name in ids if target is None else self._holds(target, catalog)
                else:
                    targets = known.by_number.get(name, [])
                    right = not targets or any(self._holds(one, catalog) for one in targets)
                if not right:
                    issues.append(_issue("K016", path, name, ""))
            found.append(issues)
        return found

    def holds(self, connection: Connection, id_: str, catalog: Catalog, *, erased: bool = False) -> bool:
        """Whether a stored record is within the bounds; of one whose content is erased the region is not known."""
        stored = claimed(connection, {id_[:6]}, {id_}, ()).by_id.get(id_)
        if stored is None or stored.publisher != self.publisher:
            return False
        of, kind = (
            stored.type,
            statement(catalog.types[stored.type]) if stored.type in catalog.types else None,
        )
        if kind is not None and not erased:
            earlier = revisions(connection, id_)
            body = document(connection, id_) or (
                document(connection, id_, earlier[-1].number) if earlier else None
            )
            says = kind.read(body) if body else None
            of = says.type if says else ""
        inside = stored.region is not None and catalog.regions.is_within(stored.region, self.region)
        return (inside or erased) and (of in self.types or (erased and kind is not None))

    @property
    def _shown(self) -> str:
        return f"{self.publisher} {self.publisher_name or ''}".strip()

    def _is_own(self, said: Mapping[str, Any]) -> bool:
        code, name = said.get("uscc"), said.get("name")
        if code:
            return isinstance(code, str) and normalize(code) == self.publisher
        return not name or name == self.publisher_name

    def _holds(self, stored: Claimed, catalog: Catalog) -> bool:
        inside = stored.region is not None and catalog.regions.is_within(stored.region, self.region)
        return inside and stored.publisher == self.publisher and stored.type in self.types


def _erased(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of some records whose content was removed for privacy."""
    found = withdrawals(connection, ids) if ids else {}
    return {id_ for id_, one in found.items() if one.kind == PRIVACY}


def _names(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The paths and names of the disclosures that a record says it changes; a repost changes nothing of the other."""
    for place, one in enumerate(record.get("relatedDisclosures") or ()):
        if one.get("relationType") != REPOSTS and one.get("disclosureId"):
            yield f"relatedDisclosures.{place}.disclosureId", one["disclosureId"]


def _issue(code: str, path: str, value: str | None, expected: str) -> Issue:
    return issue(RULES, code, path=path, value=value, expected=expected)
