"""Runs alone in a child process with limited memory and time: looks into one hostile file on standard input.

A decoder may abort on such files; here that ends nobody but the child. Imports nothing of ours.
`photo`: the picture drawn anew, upright, bounded, without anything hidden in it. Output: a line of JSON
{"taken": day or "", "sizes": [picture, thumbnail]}, then both as JPEG. `names`: what is in a ZIP, as a JSON list;
`package`: the same of a large one, of which only the list is read.
What cannot be done: {"error": "broken"}, {"error": "memory"} or {"error": "pixels", "size": [width, height]}.
"""

import json
import resource
import sys
from contextlib import suppress
from io import BytesIO
from typing import IO
from zipfile import ZipFile

import pi_heif  # type: ignore[import-untyped]
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

READERS = (JpegImagePlugin.JpegImageFile, PngImagePlugin.PngImageFile, WebPImagePlugin.WebPImageFile)
FORMATS = [*(reader.format for reader in READERS), "HEIF"]
MAX_PIXELS = 30_000_000
MAX_JPEG_PIXELS = 120_000_000  # a JPEG is read at a half, a quarter or an eighth at once
LONGEST_EDGE = 2400
THUMBNAIL_EDGE = 480
MAX_NAMES = 5_000
TAKEN, CHANGED, DETAILS = 0x9003, 0x0132, 0x8769  # EXIF: when taken, when changed, where the first of them stands


class TooManyPixels(Exception):
    """By the header alone."""


def open_checked(source: IO[bytes]) -> Image.Image:
    """The picture, not yet decoded. Raises TooManyPixels."""
    Image.MAX_IMAGE_PIXELS = None  # counted here
    opened = Image.open(source, formats=FORMATS)
    whole = opened.size
    opened.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
    if whole[0] * whole[1] > MAX_JPEG_PIXELS or opened.width * opened.height > MAX_PIXELS:
        raise TooManyPixels(*whole)
    return opened


def bare(opened: Image.Image) -> Image.Image:
    """The picture; a WebP without its decoder, which would keep two more of that size as long as it lives."""
    if not isinstance(opened, WebPImagePlugin.WebPImageFile):
        return opened
    if opened.fp:
        opened.fp.close()  # the decoder has a copy of its own
    pixels, _ = opened._decoder.get_next()
    opened._decoder = None
    picture = Image.frombuffer(opened.rawmode, opened.size, pixels, "raw", opened.rawmode, 0, 1)
    picture.info["exif"] = opened.info.get("exif", b"")
    return picture


def taken_on(picture: Image.Image) -> str:
    """The day the camera wrote down, as it wrote it; empty without one."""
    with suppress(Exception):
        exif = picture.getexif()
        return str(exif.get_ifd(DETAILS).get(TAKEN) or exif.get(CHANGED) or "")[:10]
    return ""


def drawn(picture: Image.Image) -> Image.Image:
    """Upright, in plain colours on white, not larger than needed, with nothing attached."""
    if picture.mode not in ("RGB", "RGBA", "RGBX"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    with suppress(Exception):  # a broken note about which way is up
        picture = ImageOps.exif_transpose(picture)
    if picture.mode == "RGBA":
        layered = picture
        picture = Image.new("RGB", layered.size, "white")
        picture.paste(layered, mask=layered)
    picture = picture.convert("RGB")
    picture.info = {}
    return picture


def as_jpeg(picture: Image.Image, quality: int) -> bytes:
    """Encoded, nothing but pixels."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, comment=b"")
    return out.getvalue()


def photo(source: IO[bytes], out: IO[bytes]) -> None:
    """Write what is said above."""
    pi_heif.register_heif_opener(thumbnails=False)
    with open_checked(source) as opened:
        day = taken_on(opened)
        picture = drawn(bare(opened))
        whole = as_jpeg(picture, 85)
        picture.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
        small = as_jpeg(picture, 80)
    out.write(json.dumps({"taken": day, "sizes": [len(whole), len(small)]}).encode() + b"\n" + whole + small)


def names(source: IO[bytes], out: IO[bytes]) -> None:
    """Write the names of the members, not more than MAX_NAMES."""
    with ZipFile(source) as package:
        out.write(json.dumps(package.namelist()[:MAX_NAMES]).encode())


def main() -> int:
    """Arguments: verb, bytes of address space, seconds of CPU."""
    verb, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    out = BytesIO()
    try:
        source = sys.stdin.buffer if verb == "package" else BytesIO(sys.stdin.buffer.read())
        {"photo": photo, "names": names, "package": names}[verb](source, out)
        answer = out.getvalue()
    except TooManyPixels as found:
        answer = json.dumps({"error": "pixels", "size": found.args}).encode()
    except MemoryError:
        answer = b'{"error": "memory"}'
    except Exception:
        answer = b'{"error": "broken"}'
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
