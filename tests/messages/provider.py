"""An SMS provider of the tests' own: real HTTP on a free port, in one of several moods."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


class Provider(ThreadingHTTPServer):
    """`mood` is the status it answers, or "silent"; it remembers keys as ours is asked to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.mood: int | str = 200
        self.asked: list[dict] = []
        self.tokens: set[str] = set()
        self.delivered: Counter[str] = Counter()
        self.ended = Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/send"


class Answer(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        wish = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(wish)
        self.server.tokens.add(self.headers["Authorization"])
        if self.server.mood == "silent":
            self.server.ended.wait(30)
            return
        if self.server.mood == 200 and wish["key"] not in self.server.delivered:
            self.server.delivered[wish["key"]] += 1
        body = json.dumps({"ref": f"r-{wish['key'][:8]}"}).encode()
        self.send_response(self.server.mood)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@contextmanager
def provider() -> Iterator[Provider]:
    """One that serves until the end."""
    with Provider() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()
