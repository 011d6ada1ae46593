"""Keys of a machine that is not in production: made once, kept in `var/keys.env`."""

import os
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path


def local_keys(path: Path) -> dict[str, str]:
    """Return SECRET_KEY and FIELD_KEYS from `path`, making the file (mode 600) when it is missing.

    Two processes that start together agree: the file appears whole or not at all.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        field_key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
        text = f"SECRET_KEY={secrets.token_urlsafe(50)}\nFIELD_KEYS=k1:{field_key}\n"
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(text)
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)
