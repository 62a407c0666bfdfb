"""GraphiQL, where `make setup` bundled it (web/): its page at /graphql and its files.

The files are made, never committed; a machine without npm serves the page for developers instead.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.cache import FOREVER, cached
from api.pages import page

FOLDER = Path(__file__).resolve().parent / "bundled"
_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".ttf": "font/ttf", ".txt": "text/plain; charset=utf-8",
}  # fmt: skip
# GraphiQL's editor writes styles into the page; scripts and workers come from here alone.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; font-src 'self' data:;"
    " img-src 'self' data:; connect-src 'self' ws: wss:; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A bundled file: where it lies, its mark, and the encodings it was compressed in when it was made."""

    path: Path
    mark: str
    encodings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files by name; none where nothing was bundled."""

    files: Mapping[str, File] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path = FOLDER) -> "Bundle":
        """What lies in a folder."""
        files = {}
        for path in sorted(folder.glob("*")) if (folder / "graphiql.js").is_file() else ():
            if path.suffix in _MEDIA_TYPES:
                encodings = tuple(
                    one for one in ("br", "gz") if path.with_name(f"{path.name}.{one}").is_file()
                )
                mark = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
                files[path.name] = File(path, mark, encodings)
        return cls(files)

    def address(self, name: str) -> str:
        """The address of a file, which changes with its content."""
        return f"/graphiql/{name}?v={self.files[name].mark}"

    def found(self, name: str) -> str | None:
        """The address of a file, None where it was not bundled."""
        return self.address(name) if name in self.files else None


def routes() -> list[Route]:
    """`/graphiql/…`, the bundle's files."""
    return [Route("/graphiql/{name}", bundled)]


def workbench(request: Request) -> Response:
    """The page with GraphiQL in it."""
    bundle: Bundle = request.app.state.bundle
    answer = page(request, "graphiql.html", ("查询", "Query"), address=bundle.address)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def bundled(request: Request) -> Response:
    """A file, in the best encoding the client takes."""
    bundle: Bundle = request.app.state.bundle
    found = bundle.files.get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    taken = request.headers.get("accept-encoding", "")
    headers = {"X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    path = found.path
    for suffix, encoding in (("br", "br"), ("gz", "gzip")):
        if suffix in found.encodings and encoding in taken:
            path = path.with_name(f"{path.name}.{suffix}")
            headers["Content-Encoding"] = encoding
            break
    # A worker and a chunk are asked for without the mark: they change with the release.
    cache = FOREVER if request.query_params.get("v") == found.mark else "public, max-age=3600"
    return cached(request, path.read_bytes(), _MEDIA_TYPES[found.path.suffix], cache, headers)
