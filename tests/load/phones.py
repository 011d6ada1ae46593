"""Many phones at once: a small client on the standard library that tries again where a phone would."""

import asyncio
import json
import random
import resource
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

PATIENCE = (
    300  # seconds a phone waits for one answer; asking again while the first is still in the queue only makes it longer
)
TRIES = 40


@dataclass(frozen=True)
class Reply:
    """What came back, whole."""

    status: int
    location: str
    body: bytes


@dataclass
class Tally:
    """What the phones met: broken connections are tried again, a failure of the server is never excused."""

    broken: int = 0
    failures: list[str] = field(default_factory=list)


class Phone:
    """One signed-in person. `csrf` is the double-submit token the pages would have set."""

    def __init__(self, url: str, cookies: dict[str, str], tally: Tally) -> None:
        self.host, self.port = urlsplit(url).hostname, urlsplit(url).port
        self.csrf = "c" * 32
        self.cookies = "; ".join(f"{name}={value}" for name, value in (cookies | {"csrftoken": self.csrf}).items())
        self.tally = tally

    async def get(self, path: str) -> Reply:
        return await self._until_answered("GET", path, b"", "")

    async def post_form(self, path: str, **fields: str) -> Reply:
        body = urlencode(fields).encode()
        return await self._until_answered("POST", path, body, "application/x-www-form-urlencoded")

    async def post_json(self, path: str, body: Any) -> Reply:
        return await self._until_answered("POST", path, json.dumps(body).encode(), "application/json")

    async def _until_answered(self, method: str, path: str, body: bytes, kind: str) -> Reply:
        for _ in range(TRIES):
            try:
                reply = await asyncio.wait_for(self._once(method, path, body, kind), PATIENCE)
            except (OSError, EOFError, TimeoutError):
                self.tally.broken += 1
                await asyncio.sleep(random.uniform(0.3, 1.5))
                continue
            if reply.status >= 500:
                self.tally.failures.append(f"{reply.status} {method} {path}")
            return reply
        raise AssertionError(f"{method} {path} is never answered")

    async def _once(self, method: str, path: str, body: bytes, kind: str) -> Reply:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", "Connection: close"]
            lines += [f"Cookie: {self.cookies}", f"X-CSRFToken: {self.csrf}", f"Content-Length: {len(body)}"]
            lines += [f"Content-Type: {kind}"] if kind else []
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            names = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            content = await reader.readexactly(int(names.get("content-length", 0)))
            return Reply(int(head[0].split()[1]), names.get("location", ""), content)
        finally:
            writer.close()


def allow_connections(number: int) -> None:
    """As many open sockets as phones, where the machine lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
