"""A server as people follow it: the examples of docs/citing.md and docs/feeds.md, and a webhook that is told."""

import http.server
import json
import re
import shutil
import subprocess
import threading
import urllib.request
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from lxml import etree
from standardwebhooks import Webhook

from publish.signing import read_key, secret_of
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store import webhooks
from store.draft import Entry
from store.engine import connect, writing
from store.writing import write
from tests.serving import ROOT, serving

TYPE = "land/grant-result"
DOCS = ROOT / "docs"


def store(url: str, catalog: Catalog, *numbers: int) -> None:
    disclosure = catalog.types[TYPE]
    entries = [
        Entry({**disclosure.sample, "localId": f"示例{n}", "title": f"示例{n}号"}, disclosure)
        for n in numbers
    ]
    engine = connect(url)
    with writing(engine) as connection:
        write(connection, entries, catalog, None, utc_now())
    engine.dispose()


def register(url: str, folder: Path, hook: str) -> str:
    """A webhook that is told everything; gives its secret."""
    key = read_key(folder / "openalloc.db.webhooks.key", make=True)
    engine = connect(url)
    with writing(engine) as connection:
        made = webhooks.create(
            connection, url=hook, selection="", batch=1, inside=True, note="", position=0, now=utc_now()
        )
    engine.dispose()
    return secret_of(key, made.id, made.salt)


@pytest.fixture
def received() -> Any:
    """A receiver on this machine: its address, and a queue of what comes."""
    queue: Queue[tuple[dict[str, str], bytes]] = Queue()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            queue.put((dict(self.headers), self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", queue
        server.shutdown()
        thread.join()


def test_what_the_documents_show_happens_and_a_webhook_is_told(
    sqlite_template: Path, tmp_path: Path, catalog: Catalog, received: Any
) -> None:
    path = shutil.copy(sqlite_template, tmp_path / "openalloc.db")
    url, (hook, queue) = f"sqlite:///{path}", received
    store(url, catalog, 1, 2)
    secret = register(url, tmp_path, hook)
    with serving(url, tmp_path, options=("--webhooks",)) as address:
        # docs/citing.md
        text = (DOCS / "citing.md").read_text("utf-8").replace("http://127.0.0.1:8000", address)
        ((script,),) = [re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]
        kept = [
            json.loads(one)
            for one in re.split(r"(?<=\})(?=\{\"key\")", bash(script.replace("curl", "curl -s")))
        ]
        assert [sorted(Path(form["address"]).suffix for form in one["forms"]) for one in kept] == [
            [".csv", ".jsonl"],
            [".json"],
        ]
        # docs/feeds.md
        text = (DOCS / "feeds.md").read_text("utf-8").replace("http://127.0.0.1:8000", address)
        feeds = re.findall(r"^    (http\S+)$", text, re.MULTILINE)
        for feed in feeds:
            root = etree.fromstring(bash(f"curl -sg '{feed}'").encode())
            assert str(root.tag).endswith("feed"), feed
        assert len(feeds) == 3
        ((script,),) = [re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]
        stream = subprocess.Popen(
            ["/bin/bash", "-c", f"exec {script.replace('curl', 'curl -s')}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert stream.stdout is not None
        told = [next(line for line in stream.stdout if line.startswith("data:")) for _ in range(2)]
        store(url, catalog, 3)
        told.append(next(line for line in stream.stdout if line.startswith("data:")))
        stream.kill()
        stream.wait()
        stream.stdout.close()
        changes = [json.loads(line.removeprefix("data: ")) for line in told]
        assert [one["record"]["document"]["title"] for one in changes] == ["示例1号", "示例2号", "示例3号"]
        # docs/webhooks.md
        verified = [Webhook(secret).verify(body, headers) for headers, body in (queue.get(timeout=60) for _ in range(3))]  # fmt: skip
        assert [one["data"] for one in verified] == changes
        with urllib.request.urlopen(f"{address}/healthz", timeout=9) as answer:
            assert answer.status == 200
    log = (tmp_path / "log").read_text("utf-8")
    assert secret.removeprefix("whsec_") not in log


def bash(script: str) -> str:
    done = subprocess.run(
        ["/bin/bash", "-ec", script], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout
