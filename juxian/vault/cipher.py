"""Authenticated encryption of one short text, and its keyed blind index.

Stored form: `v1.<algorithm>.<key id>.<base64 of nonce + ciphertext + tag>`. The purpose (which field)
is authenticated too, so a value moved to another column does not open.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from juxian.vault.keyring import keys

ALGORITHM = "A256GCM"


class CannotOpenError(ValueError):
    """The value was not written by any listed key, or was changed."""


@lru_cache(maxsize=32)
def _aead(secret: bytes) -> AESGCM:
    return AESGCM(secret)


def seal(text: str, purpose: str) -> str:
    """Encrypt `text` with the newest key. Empty text stays empty."""
    if not text:
        return ""
    key = keys()[-1]
    nonce = os.urandom(12)
    body = _aead(key.secret).encrypt(nonce, text.encode(), purpose.encode())
    return prefix(key.id) + urlsafe_b64encode(nonce + body).decode()


def unseal(stored: str, purpose: str) -> str:
    """Decrypt what `seal` wrote for the same purpose. Raises CannotOpenError."""
    if not stored:
        return ""
    try:
        version, algorithm, key_id, encoded = stored.split(".", 3)
    except ValueError:
        raise CannotOpenError("加密内容格式不对。") from None
    key = next((item for item in keys() if item.id == key_id), None)
    if version != "v1" or algorithm != ALGORITHM or key is None:
        raise CannotOpenError(f"没有编号为 {key_id} 的密钥，请检查 FIELD_KEYS。")
    try:
        raw = urlsafe_b64decode(encoded)
        return _aead(key.secret).decrypt(raw[:12], raw[12:], purpose.encode()).decode()
    except (InvalidTag, ValueError):
        raise CannotOpenError(f"编号为 {key_id} 的密钥打不开这段内容，密钥不对或内容被改动。") from None


def prefix(key: str) -> str:
    """How every value begins that the key with this id wrote."""
    return f"v1.{ALGORITHM}.{key}."


def key_id(stored: str) -> str:
    """The id of the key that wrote a value; empty for what `seal` never wrote."""
    parts = stored.split(".", 3)
    return parts[2] if len(parts) == 4 else ""


@lru_cache(maxsize=32)
def _index_key(secret: bytes, purpose: str) -> bytes:
    return hmac.new(secret, f"blind-index|{purpose}".encode(), sha256).digest()


def blind_index(text: str, purpose: str) -> str | None:
    """Keyed digest (64 hex characters) for equality look-up and uniqueness; None for empty text."""
    if not text:
        return None
    return hmac.new(_index_key(keys()[0].secret, purpose), text.encode(), sha256).hexdigest()
