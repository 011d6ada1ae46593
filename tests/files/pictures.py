"""Pictures with something hidden in them, and files that only look like pictures."""

from io import BytesIO
from pathlib import Path
from struct import pack
from zipfile import ZipFile
from zlib import compress, crc32

from PIL import Image

# HEIC cannot be written by what is installed; both were drawn for these tests: 64 × 32, red left and blue right, turned
# by its camera, taken on 2026-03-05 at a place it knows; and 4000 × 3000, all red.
HEIC = Path(__file__).with_name("photo.heic").read_bytes()
LARGE_HEIC = Path(__file__).with_name("large.heic").read_bytes()


def hidden(orientation: int = 1) -> Image.Exif:
    """A place, a camera, a day."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (35.0, 10.0, 0.0)}
    exif[0x010F] = "某某相机"
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9003] = "2026:03:05 10:11:12"
    return exif


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (300, 100), *, mode: str = "RGB", orientation: int = 1
) -> bytes:
    """Red, with everything a camera hides."""
    out = BytesIO()
    more = {"comment": b"hidden words"} if kind == "JPEG" else {}
    Image.new(mode, size, "red" if mode.startswith("RGB") else 0).save(out, kind, exif=hidden(orientation), **more)
    return out.getvalue()


def flood(width: int = 30_000, height: int = 30_000) -> bytes:
    """A whole PNG of that many pixels in a few kilobytes; its rows are empty."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + name + body + pack(">I", crc32(name + body))

    rows = compress(bytes(height * (width // 8 + 1)), 9)
    head = pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def package(*names: str) -> bytes:
    """A ZIP with these members."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()
