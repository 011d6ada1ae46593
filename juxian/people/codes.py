"""One-time codes: made of characters nobody mixes up, kept only as keyed digests."""

import hmac
import secrets
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from unicodedata import normalize

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.http import HttpRequest

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 signs: no 0/O, 1/I/L; ten of them are 49.5 bits
CODE_LENGTH = 10


def new_code(length: int = CODE_LENGTH) -> str:
    """A fresh code, without separators."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def spaced(code: str, group: int = 5) -> str:
    """`ABCDE-FGHJK`, the way it is printed and read out."""
    return "-".join(code[start : start + group] for start in range(0, len(code), group))


def normalised(typed: str) -> str:
    """A code as typed: any width, any case, with or without dashes and blanks."""
    return "".join(sign for sign in normalize("NFKC", typed).upper() if sign.isalnum())


def _digest(purpose: str, text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{purpose}|{text}".encode(), sha256).hexdigest()


def code_digest(typed: str) -> str:
    """What is stored of a code."""
    return _digest("people.slip", normalised(typed))


def origin_digest(request: HttpRequest) -> str:
    """Where a try comes from: an IPv4 address or an IPv6 /64, as a keyed digest."""
    text = get_client_ip_address(request) or ""
    try:
        address = ip_address(text)
    except ValueError:
        return _digest("people.origin", "unknown")
    if isinstance(address, IPv6Address):
        text = str(IPv6Address(int(address) >> 64 << 64))
    return _digest("people.origin", text)
