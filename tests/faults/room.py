"""A class that answers through the running server, for incidents in the middle."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.load.phones import Phone, Tally
from tests.load.test_exam_rush import Acknowledged

PEOPLE, ANSWERS = 50, 4


class Room:
    """A class that answers question after question; every phone tries again until it is told that it is stored."""

    def __init__(self, url: str, world: dict[str, Any]) -> None:
        self.tally, self.said, self.exam = Tally(), Acknowledged(), world["exam"]
        self.phones = [Phone(url, {world["name"]: key}, self.tally) for key in world["keys"]]
        self.met: Counter[int] = Counter()

    async def start(self) -> list[str]:
        replies = await asyncio.gather(*(one.post_form(f"/me/exams/{self.exam}/start/") for one in self.phones))
        return [reply.location.strip("/").rsplit("/", 1)[1] for reply in replies]

    async def answer(self, attempts: list[str], incident: Callable[[], None]) -> None:
        """Everybody answers everything; when a quarter is stored, `incident` happens beside it."""
        happening = asyncio.create_task(self._in_the_middle(incident))
        await asyncio.gather(*(self._answer(*pair) for pair in zip(self.phones, attempts, strict=True)))
        await happening

    async def _in_the_middle(self, incident: Callable[[], None]) -> None:
        while sum(map(len, self.said.answers.values())) < PEOPLE * ANSWERS // 4:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(incident)

    async def _answer(self, phone: Phone, attempt: str) -> None:
        for number in range(1, ANSWERS + 1):
            entry = {"number": number, "choice": [1], "seq": number}
            while (reply := await phone.post_json(f"/me/exams/attempts/{attempt}/answers/", entry)).status != 200:
                self.met[reply.status] += 1
                assert json.loads(reply.body)["error"] == "刚才没有存上，请再试一次。"
                await asyncio.sleep(0.2)
            self.said.answers.setdefault(attempt, {})[str(number)] = [[1], number]
