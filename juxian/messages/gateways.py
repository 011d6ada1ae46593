"""SMS providers. A gateway takes a number, a text and our key, and takes the same key only once."""

import json
import os
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from juxian.vault.masks import mask_mobile

CONNECT_SECONDS, ANSWER_SECONDS = 3, 10
ANSWER_BYTES = 4096
NOT_NOW = {429, 503}  # the provider says that it did not take it


class NotSent(Exception):
    """The provider surely did not take the message; trying again cannot double it."""


class Refused(NotSent):
    """It will never take this one (a number that is none)."""


class InDoubt(Exception):
    """Nobody knows whether it took the message."""


class Gateway(Protocol):
    """`send` returns the provider's reference, or raises NotSent, Refused or InDoubt."""

    @property
    def knows_keys(self) -> bool: ...

    @property
    def is_real(self) -> bool: ...

    def send(self, number: str, text: str, key: UUID) -> str: ...


@dataclass(frozen=True)
class FileGateway:
    """Stands for a provider: one file a message, named by the key, the number masked in it."""

    folder: Path
    knows_keys: bool = True
    is_real: bool = False

    def send(self, number: str, text: str, key: UUID) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        count = 0 if self.knows_keys else len(list(self.folder.glob(f"{key}*")))
        path = self.folder / (f"{key}.json" if self.knows_keys else f"{key}.{count}.json")
        content = {"key": str(key), "to": mask_mobile(number), "text": text, "at": timezone.now().isoformat()}
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.name  # seen before: the answer of the first time
        with os.fdopen(handle, "w") as stream:
            json.dump(content, stream, ensure_ascii=False)
        return path.name


@dataclass(frozen=True)
class HttpGateway:
    """The county's relay: POST {"key", "to", "text"} as JSON with a bearer token, answered 2xx and {"ref": …}.

    A key it has seen is answered as the first time and not sent again. 4xx: it will never take this one; 429 and 503:
    not now. Anything else, or no answer, leaves doubt.
    """

    url: str
    token: str
    knows_keys: bool = True
    is_real: bool = True

    def send(self, number: str, text: str, key: UUID) -> str:
        address = urlsplit(self.url)
        sort = HTTPSConnection if address.scheme == "https" else HTTPConnection
        line = sort(address.hostname or "", address.port, timeout=CONNECT_SECONDS)
        try:
            line.connect()
        except OSError as error:
            raise NotSent(f"连不上短信网关：{type(error).__name__}") from error
        try:
            line.sock.settimeout(ANSWER_SECONDS)
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
            body = json.dumps({"key": str(key), "to": number, "text": text})
            line.request("POST", address.path or "/", body, headers)
            answer = line.getresponse()
            return _reference(answer.status, answer.read(ANSWER_BYTES))
        except (OSError, HTTPException) as error:
            raise InDoubt(f"短信网关没有回话：{type(error).__name__}") from error
        finally:
            line.close()


def _reference(status: int, body: bytes) -> str:
    if status in NOT_NOW:
        raise NotSent(f"短信网关暂时不收：{status}")
    if 400 <= status < 500:
        raise Refused(f"短信网关不收这一条：{status}")
    if not 200 <= status < 300:
        raise InDoubt(f"短信网关出错：{status}")
    try:
        return str(json.loads(body)["ref"])
    except (ValueError, KeyError, TypeError):
        return ""


def gateway() -> Gateway:
    """The one this portal is set to use."""
    if settings.SMS_URL:
        return HttpGateway(settings.SMS_URL, settings.SMS_TOKEN)
    return FileGateway(settings.VAR_DIR / "sms")
