"""A large video into a draft through the real server, its connection broken off in the middle of a piece again and again."""

import http.client
import json
import random
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.browser.portal import Portal

MEGABYTE = 1024 * 1024
PIECE = 256 * 1024
BEGINS = b"\0\0\0\x20ftypisom"
NAME = "示例现场教学.mp4"
WORLD = """
import json
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from juxian.people.models import Grant
from tests.factories import CourseFactory, CourseVersionFactory, GrantFactory, TownFactory, UserFactory
town = TownFactory()
user = GrantFactory(user=UserFactory(), kind=Grant.Kind.CLERK, town=town).user
draft = CourseVersionFactory(course=CourseFactory(town=town), published_on=None)
store = SessionStore()
store.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
              HASH_SESSION_KEY: user.get_session_auth_hash()})
store.create()
print(json.dumps({"draft": draft.pk, "cookie": f"{settings.SESSION_COOKIE_NAME}={store.session_key}"}))
"""
STORED = """
import json
from courses.models import Material
from juxian.files.models import Upload
part = Material.objects.select_related("file").get()
print(json.dumps({"pk": part.pk, "size": part.file.size, "sha256": part.file.sha256, "uploads": Upload.objects.count()}))
"""


class Sender:
    """A clerk's browser that keeps at it. The file is made up piece by piece, never whole in memory."""

    def __init__(self, portal: Portal, megabytes: int, breaks: int) -> None:
        self.portal, self.size = portal, megabytes * MEGABYTE
        self.where = urlsplit(portal.url)
        self.world = json.loads(portal.manage("shell", "-v0", "-c", WORLD))
        self.breaks = {megabytes * number // (breaks + 1) for number in range(1, breaks + 1)}
        self.resent = 0

    def run(self) -> dict[str, Any]:
        """Send, keep, fetch it back; what was sent, what is stored and what came back, and the server's highest memory."""
        started = time.monotonic()
        sent, url = sha256(), f"/town/course-versions/{self.world['draft']}"
        for place in range(self.size // PIECE):
            sent.update(self.piece(place))
        known = self.begin(url)
        while known["offset"] < self.size:
            place = known["offset"] // PIECE
            if place in self.breaks:
                self.breaks.remove(place)
                self.break_off(known["url"], known["offset"])
                known = self.begin(url)  # the page was opened anew, the same file chosen again
                self.resent += 1
                continue
            rest = self.piece(place)[known["offset"] % PIECE :]  # what came of a broken piece is kept
            known = self.post(known["url"], rest, {"Upload-Offset": str(known["offset"])})
        self.form(f"{url}/files/add/", key=known["key"], sort="video", title="示例视频", name=NAME)
        stored = json.loads(self.portal.manage("shell", "-v0", "-c", STORED))
        held = stored | {"sent": sent.hexdigest(), "came_back": self.fetch(stored["pk"])}
        return held | {"memory": memory(self.portal.server), "seconds": round(time.monotonic() - started)}

    def piece(self, place: int) -> bytes:
        content = random.Random(place).randbytes(PIECE)
        return BEGINS + content[len(BEGINS) :] if place == 0 else content

    def begin(self, url: str) -> dict[str, Any]:
        return self.form(f"{url}/uploads/begin/", name=NAME, size=str(self.size), mark="1")

    def break_off(self, url: str, offset: int) -> None:
        """Half a piece is on its way when the line goes dead."""
        head = [f"POST {url} HTTP/1.1", f"Host: {self.where.netloc}", f"Content-Length: {PIECE}"]
        head += [f"{name}: {value}" for name, value in self.headers({"Upload-Offset": str(offset)}).items()]
        with socket.create_connection((str(self.where.hostname), self.where.port or 80), timeout=60) as line:
            line.sendall("\r\n".join([*head, "", ""]).encode() + self.piece(offset // PIECE)[: PIECE // 2])

    def form(self, url: str, **fields: str) -> dict[str, Any]:
        return self.post(url, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def headers(self, more: dict[str, str]) -> dict[str, str]:
        about = {"Content-Type": "application/octet-stream", "Accept": "application/json", "X-CSRFToken": "c" * 32}
        return about | {"Cookie": f"{self.world['cookie']}; csrftoken={'c' * 32}"} | more

    def post(self, url: str, body: bytes, more: dict[str, str]) -> dict[str, Any]:
        """The answer; 409 says where to go on, when the broken piece was counted after it was asked for."""
        with closing(http.client.HTTPConnection(self.where.netloc, timeout=120)) as line:
            line.request("POST", url, body, self.headers(more))
            answer = line.getresponse()
            said = answer.read().decode()
            assert answer.status in (200, 409), f"{answer.status} {url} {said[:500]}"
            found: dict[str, Any] = json.loads(said)
            return found

    def fetch(self, part: int) -> str:
        """The digest of what a reader gets, part by part as a player asks for it."""
        came = sha256()
        with closing(http.client.HTTPConnection(self.where.netloc, timeout=120)) as line:
            for offset in range(0, self.size, PIECE):
                span = {"Range": f"bytes={offset}-{offset + PIECE - 1}"}
                line.request("GET", f"/town/materials/{part}/file/", headers=self.headers(span))
                answer = line.getresponse()
                came.update(answer.read())
                assert answer.status == 206
        return came.hexdigest()


def memory(server: int) -> int:
    """The highest memory any process of the web server ever had, in MB."""
    return max(_peak(pid) for pid in family(server))


def family(pid: int) -> Iterator[int]:
    """A process and those it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def _peak(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
