"""The address by which others know this server."""

from starlette.requests import Request


def site_of(request: Request) -> str:
    """What stands before our addresses: the public address that the operator says, else the one that was asked."""
    site: str = request.app.state.site
    return site or str(request.base_url).rstrip("/")
