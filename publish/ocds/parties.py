"""The organizations of a release, each once with all its roles, and references to them."""

from collections.abc import Mapping as Table
from typing import Any

from publish.ocds.mapping import Mapping
from store.identity import organization_id

SCHEME = "CN-USCI"  # org-id.guide: Unified Social Credit Identifier
COUNTRY = "中国"


class Parties:
    """Collects who takes part in a process; an organization without a credit code is its own within the process."""

    def __init__(self, mapping: Mapping, process: str) -> None:
        self.mapping = mapping
        self.process = process
        self._found: dict[str, dict[str, Any]] = {}

    def add(self, given: Table[str, Any], role: str | None) -> dict[str, Any] | None:
        """A reference to an organization, which is among the parties then; None for one without name and code."""
        name, uscc = given.get("name"), given.get("uscc")
        if not name and not uscc:
            return None
        known = f"{SCHEME}-{uscc}" if uscc else organization_id(None, str(name), self.process)
        party = self._found.setdefault(known, {"id": known, "name": name or uscc, "roles": []})
        if uscc:
            party.setdefault("identifier", {"scheme": SCHEME, "id": uscc, "legalName": name or uscc})
        if given.get("address"):
            party.setdefault("address", {"streetAddress": given["address"], "countryName": COUNTRY})
        self.contact(known, given)
        for one in self._roles(role):
            if one not in party["roles"]:
                party["roles"].append(one)
        return {"id": known, "name": party["name"]}

    def contact(self, party: str, given: Table[str, Any]) -> None:
        """Whom to ask at a party; the first that is told stays."""
        said = {"name": given.get("contactPerson"), "telephone": given.get("phone")}
        if any(said.values()):
            self._found[party].setdefault(
                "contactPoint", {key: value for key, value in said.items() if value}
            )

    def made(self) -> list[dict[str, Any]]:
        """The parties in the order in which they were found."""
        return [
            {key: value for key, value in party.items() if value or key != "roles"}
            for party in self._found.values()
        ]

    def _roles(self, role: str | None) -> list[str]:
        """OCDS's role and ours where it says more."""
        if role is None:
            return []
        known = self.mapping.roles.get(role)
        return [known.ocds, role] if known and known.ocds != role else [role]
