"""Writing a file all at once or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path


def written(path: Path, pieces: Iterable[bytes], *, replace: bool = False) -> int:
    """Write under another name beside `path`, readable by its owner only, then rename; returns the number of bytes.

    Raises OSError with a Chinese sentence when `path` exists (unless `replace`) or cannot be written; a fault on the way
    leaves nothing behind.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} 是文件夹，请写出文件名。")
    if path.exists() and not replace:
        raise FileExistsError(f"{path} 已存在，没有覆盖。请换个文件名。")
    part = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise OSError(f"写不了文件 {path}：文件夹不存在，或不让写（{error.strerror}）。") from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            for piece in pieces:
                stream.write(piece)
            size = stream.tell()
            stream.flush()
            os.fsync(stream.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return size
