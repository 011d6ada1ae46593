"""Files of the demo county: the same row for the same name, wherever and whenever it is loaded."""

from datetime import datetime
from hashlib import sha256

from juxian.demo.plot import SEED
from juxian.files.models import StoredFile
from juxian.files.store import path_of


def keep(content: bytes, *, name: str, kind: str, at: datetime) -> StoredFile:
    """Store `content` under an address made of its name; `at` is when it was put away in the play."""
    address = sha256(f"{SEED}:{name}".encode()).hexdigest()
    row = StoredFile(
        sha256=sha256(content).hexdigest(),
        size=len(content),
        kind=kind,
        original_name=name,
        path=f"{address[:2]}/{address[2:34]}",
    )
    path = path_of(row)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)
    path.chmod(0o600)
    row.save()
    StoredFile.objects.filter(pk=row.pk).update(created_at=at)
    return row
