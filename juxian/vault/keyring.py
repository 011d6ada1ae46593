"""The key ring: `FIELD_KEYS=id:key,id:key`, keys base64 of 32 bytes, oldest first.

The newest key writes; every listed key reads. The oldest key also feeds the blind index, so that
uniqueness holds while two keys are listed (the rotation command rebuilds the index).
"""

import binascii
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Key:
    """One 256-bit key with its id."""

    id: str
    secret: bytes


@lru_cache(maxsize=8)
def parse_keys(text: str) -> tuple[Key, ...]:
    """Read `FIELD_KEYS`, oldest first. Raises ImproperlyConfigured with a Chinese sentence."""
    keys = []
    for part in filter(None, (item.strip() for item in text.split(","))):
        key_id, _, encoded = part.partition(":")
        try:
            secret = urlsafe_b64decode(encoded)
        except (binascii.Error, ValueError):
            secret = b""
        if not key_id.isalnum() or len(secret) != 32:
            raise ImproperlyConfigured(
                "FIELD_KEYS 格式应为“编号:密钥”，密钥是 32 字节的 URL 安全 base64，多把之间用英文逗号隔开。"
            )
        keys.append(Key(key_id, secret))
    if not keys or len({key.id for key in keys}) != len(keys):
        raise ImproperlyConfigured("FIELD_KEYS 至少要有一把密钥，且编号不能重复。")
    return tuple(keys)


def keys() -> tuple[Key, ...]:
    """All keys of this installation, oldest first."""
    return parse_keys(settings.FIELD_KEYS)
