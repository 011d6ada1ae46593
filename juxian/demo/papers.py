"""Files of the demo county: the same content lies at the same place with the same row, whenever it is generated."""

from hashlib import sha256

from juxian.demo.plot import Plot
from juxian.files.models import StoredFile
from juxian.files.store import path_of


def keep(plot: Plot, content: bytes, name: str, kind: str) -> StoredFile:
    """A stored file without the random path and the present time of a real one."""
    digest = sha256(content + name.encode()).hexdigest()
    row = StoredFile(
        sha256=sha256(content).hexdigest(),
        size=len(content),
        kind=kind,
        original_name=name,
        path=f"{digest[:2]}/{digest[2:34]}",
    )
    place = path_of(row)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.write_bytes(content)
    place.chmod(0o600)
    row.save()
    StoredFile.objects.filter(pk=row.pk).update(created_at=plot.moment(plot.at))
    return row
