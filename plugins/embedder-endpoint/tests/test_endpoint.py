"""The endpoint embedder keeps its contract over HTTP, and outlasts what servers do."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zlib import crc32

import pytest
from scaleenv_embedder_endpoint import Endpoint

from scaleenv_core.errors import StageError
from scaleenv_core.names import words
from scaleenv_core.testing.embedder import EmbedderContract

SIZE = 64


def vector(text):
    """Words by hash, in few dimensions; never all zeros."""
    made = [0.01] * SIZE
    for word in words(text):
        made[crc32(word.encode()) % SIZE] += 1.0
    return made


def answer(texts):
    rows = [{"index": place, "embedding": vector(text)} for place, text in enumerate(texts)]
    return {"data": rows[::-1]}  # the order is the index's, not the list's


class Server(ThreadingHTTPServer):
    """Answers each request by the next of ``script``, and well when that is at its end."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = []
        self.asked = []
        self.headers = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        self.server.headers.append(dict(self.headers))
        step = self.server.script.pop(0) if self.server.script else answer
        if callable(step):
            self.reply(200, json.dumps(step(body["input"])))
        elif step == "stall":
            time.sleep(1.0)
        elif step == "hang up":
            self.connection.close()
        elif isinstance(step, tuple):
            self.reply(*step)

    def reply(self, status, text, after=None):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if after is not None:
            self.send_header("Retry-After", after)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def endpoint(server, **options):
    return Endpoint(**{"base_url": server.url, "model": "m", "wait": 0.01, "timeout": 0.3, **options})


class TestContract(EmbedderContract):
    @pytest.fixture
    def plugin(self, server):
        """Against a server on this machine, two texts a request."""
        return endpoint(server, batch=2, timeout=10)


def test_what_is_sent(server, monkeypatch):
    """The model, the texts in batches, and the key of the variable that the config names."""
    monkeypatch.setenv("MY_KEY", "secret")
    made = endpoint(server, batch=2, key_variable="MY_KEY").embed_texts(["a", "b", "c"])

    assert [path for path, _ in server.asked] == ["/v1/embeddings"] * 2
    assert [body["input"] for _, body in server.asked] == [["a", "b"], ["c"]]
    assert {body["model"] for _, body in server.asked} == {"m"}
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer secret"}
    assert list(made[2].values) == pytest.approx(vector("c"))


def test_no_key_no_header(server, monkeypatch):
    """Where the variable is not set, nothing is sent for it."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    endpoint(server).embed_texts(["a"])

    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize(
    "trouble",
    [(429, "slow down"), (500, "oops"), (503, ""), (408, ""), "stall", "hang up"],
    ids=lambda trouble: str(trouble[0] if isinstance(trouble, tuple) else trouble),
)
def test_what_passes_is_tried_again(server, trouble):
    """Too many requests, a server's failure, a stall and a lost connection are outlasted."""
    server.script = [trouble, trouble]

    assert len(endpoint(server).embed_texts(["a", "b"])) == 2
    assert len(server.asked) == 3


def test_retry_after_is_heeded(server, monkeypatch):
    """The wait is what the server asks for, where that is longer, and never more than a minute."""
    waited = []
    monkeypatch.setattr(time, "sleep", waited.append)
    server.script = [(429, "", "7"), (429, "", "900"), (429, "", "tomorrow")]
    endpoint(server).embed_texts(["a"])

    assert waited == [7.0, 60.0, 0.04]


@pytest.mark.parametrize(
    ("script", "asked", "said"),
    [
        ([(429, "busy")] * 3, 3, "status 429: busy"),
        (["stall"] * 3, 3, "Timeout"),
        ([(401, "no such\nkey")], 1, "status 401: no such key"),
        ([(400, "too long")], 1, "status 400: too long"),
        ([(200, "<html>")], 1, "another form"),
        ([lambda _: {"data": [{"index": 0}]}], 1, "another form"),
        ([lambda _: {"data": [{"index": 0, "embedding": "AAAA"}]}], 1, "another form"),
        ([lambda texts: answer(texts[:1])], 1, "gave 1 vectors for 2 texts"),
        ([lambda texts: answer([*texts, "more"])], 1, "gave 3 vectors for 2 texts"),
        ([lambda _: {"data": [{"index": i, "embedding": []} for i in (0, 1)]}], 1, "empty or not finite"),
        ([lambda _: {"data": [{"index": i, "embedding": [1.0] * (i + 1)} for i in (0, 1)]}], 1, "different"),
    ],
    ids=[
        "429 for ever",
        "stalls for ever",
        "401",
        "400",
        "not JSON",
        "no embedding",
        "text for numbers",
        "too few",
        "too many",
        "empty",
        "lengths",
    ],
)
def test_what_does_not_pass_is_one_line(server, script, asked, said):
    """The run ends with one line that names the endpoint and the trouble, and no key."""
    server.script = list(script)

    with pytest.raises(StageError) as caught:
        endpoint(server, attempts=3).embed_texts(["a", "b"])

    assert len(server.asked) == asked
    assert said in str(caught.value)
    assert server.url in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nowhere", "ftp://x"])
def test_no_server(url):
    """Where nobody answers, or the address is none, it says so."""
    with pytest.raises(StageError, match=url):
        Endpoint(base_url=url, attempts=2, wait=0.0).embed_texts(["a"])


@pytest.mark.parametrize(
    "options", [{"base_url": ""}, {"batch": 0}, {"timeout": 0.0}, {"attempts": 0}, {"wait": -1.0}], ids=str
)
def test_wrong_options_are_refused(options):
    """An option out of its range is refused."""
    with pytest.raises(ValueError):
        Endpoint(**options)
