"""Ids and codes by which organizations were known: what a client has kept finds the organization that it is now."""

_ALIAS = "(SELECT a.organization_id FROM organization_alias a WHERE a.id = {given})"
# Former codes of what was not joined yet may be those of several: the least id is one of them.
_CODED = (
    "(SELECT min(o.id) FROM organization o WHERE o.lasting_code = {given}),"
    " (SELECT min(a.organization_id) FROM organization_alias a WHERE a.lasting_code = {given})"
)
# Columns that hold an organization's id, or its credit code, by table.
KNOWN = {("party", "organization_id"): False, ("organization", "id"): False, ("organization", "uscc"): True}


def now_known_as(given: str, by_code: bool) -> str:
    """The id of the organization that has, or had, an id or a code; of an id that nobody has it is the id itself."""
    if not by_code:
        return f"coalesce({_ALIAS}, {{given}})".format(given=given)
    own = "(SELECT o.id FROM organization o WHERE o.id = {given})"
    return f"coalesce({own}, {_ALIAS}, {_CODED})".format(given=given)
