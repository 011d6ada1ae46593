"""What may be kept as a photo or a paper, told by content; what stays behind."""

import json
import os
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from juxian.files import photos
from juxian.files.models import StoredFile
from juxian.files.photos import accept, accept_paper, accept_photo, keeping
from juxian.files.serve import sent
from juxian.files.store import path_of
from tests.files.pictures import HEIC, LARGE_HEIC, flood, package, picture

ROOT = Path(__file__).resolve().parent.parent.parent
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def upload(content: bytes, name: str = "照片.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def photo(content: bytes, name: str = "照片.jpg") -> photos.Accepted:
    return accept_photo(upload(content), name=name)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_plain_jpeg_of_bounded_size(kind) -> None:
    got = photo(picture(kind, (3000, 1500)))
    assert [opened(one).format for one in (got.content, got.thumbnail)] == ["JPEG", "JPEG"]
    assert [opened(one).size for one in (got.content, got.thumbnail)] == [(2400, 1200), (480, 240)]
    assert got.kind == "jpeg"


@pytest.mark.parametrize("content", [picture(), picture("PNG"), picture("WEBP"), HEIC])
def test_place_camera_and_comment_stay_behind_and_the_day_is_told(content) -> None:
    assert dict(opened(picture()).getexif()) != {}  # there was something to lose
    got = photo(content)
    for one in (got.content, got.thumbnail):
        plain = opened(one)
        assert (dict(plain.getexif()), set(plain.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}) == (
            {},
            set(),
        )
        assert b"hidden words" not in one
    assert got.taken_on == date(2026, 3, 5)


def test_a_photo_taken_upright_is_shown_upright() -> None:
    assert opened(photo(picture(orientation=6)).content).size == (100, 300)
    for kind in ("PNG", "WEBP"):
        assert opened(photo(picture(kind, orientation=6)).content).size == (100, 300)


def test_heic_of_a_telephone_is_read() -> None:
    shown = opened(photo(HEIC).content)
    left, right = shown.getpixel((5, 16)), shown.getpixel((58, 16))
    assert (shown.format, shown.size) == ("JPEG", (64, 32))
    assert (left[0] > 200 > left[2], right[2] > 200 > right[0]) == (True, True)


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA"])
def test_every_kind_of_colour_is_drawn(mode) -> None:
    assert opened(photo(picture("PNG", mode=mode)).content).mode == "RGB"


def test_what_is_clear_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(photo(out.getvalue()).content).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "“照片.jpg”是空文件，请重新选择。"),
        (b"MZ\x90\x00", "“照片.jpg”不是照片。请选 JPG、PNG、WebP 或 HEIC 格式的照片。"),
        (SVG, "“照片.jpg”不是照片。请选 JPG、PNG、WebP 或 HEIC 格式的照片。"),
        (b"GIF89a", "“照片.jpg”不是照片。请选 JPG、PNG、WebP 或 HEIC 格式的照片。"),
        (b"%PDF-1.7", "“照片.jpg”不是照片。请选 JPG、PNG、WebP 或 HEIC 格式的照片。"),
        (b"\xff\xd8\xff" + b"MZ\x90\x00" * 99, "“照片.jpg”打不开，可能没有传完整。请重拍，或重新选一张。"),
        (picture()[:400], "“照片.jpg”打不开，可能没有传完整。请重拍，或重新选一张。"),
        (HEIC[:500], "“照片.jpg”打不开，可能没有传完整。请重拍，或重新选一张。"),
        (flood(), "“照片.jpg”有 30000×30000 像素，太大了。请用手机相机的普通模式重拍，或缩小后再传。"),
    ],
)
def test_everything_else_is_refused_with_a_sentence(content, sentence) -> None:
    with pytest.raises(ValidationError) as refusal:
        photo(content)
    assert refusal.value.messages == [sentence]


def test_the_name_says_nothing_about_the_kind() -> None:
    assert photo(picture("PNG"), name="病毒.exe").kind == "jpeg"


def test_a_flood_of_pixels_is_refused_by_its_header() -> None:
    """The same file with its pixels cut away is refused with the same words: nobody came as far as them."""
    whole = flood()
    with pytest.raises(ValidationError, match="30000×30000 像素"):
        photo(whole[:60])


def test_a_file_that_ends_its_reader_ends_nobody_else(monkeypatch) -> None:
    monkeypatch.setattr(photos, "CHILD_MEMORY_BYTES", 1 << 20)  # not even Python starts
    with pytest.raises(ValidationError, match="打不开"):
        photo(picture())
    monkeypatch.undo()
    assert photo(picture()).kind == "jpeg"


def test_too_much_memory_is_said(monkeypatch) -> None:
    monkeypatch.setattr(photos, "CHILD_MEMORY_BYTES", 150 << 20)
    with pytest.raises(ValidationError, match="“照片.jpg”太大，打不开。"):
        photo(picture("PNG", (5000, 5000)))


def test_too_many_bytes_are_refused_unread(monkeypatch) -> None:
    monkeypatch.setattr(photos, "LIMIT", 10)
    with pytest.raises(ValidationError, match="超过 20 MB"):
        photo(picture())


def test_long_names_are_cut_in_the_sentence() -> None:
    with pytest.raises(ValidationError) as refusal:
        photo(b"MZ", name="长" * 300 + ".jpg")
    assert refusal.value.messages[0].startswith("“" + "长" * 28 + "…" + "长" * 7 + ".jpg”不是照片")


@pytest.mark.parametrize(
    ("content", "kind"), [(b"%PDF-1.7 x", "pdf"), (package("OFD.xml", "Doc_0/Document.xml"), "ofd")]
)
def test_papers_are_known_by_content(content, kind) -> None:
    got = accept_paper(upload(content), name="x.exe")
    assert (got.kind, got.content, got.thumbnail) == (kind, content, b"")


@pytest.mark.parametrize("content", [b"MZ", SVG, picture(), package("word/document.xml"), b"PK\x03\x04 broken"])
def test_other_papers_are_refused(content) -> None:
    with pytest.raises(ValidationError) as refusal:
        accept_paper(upload(content), name="制度.pdf")
    assert refusal.value.messages == ["“制度.pdf”不是能打开的 PDF 或 OFD 文件。"]


def test_a_paper_may_come_as_a_photo_of_it() -> None:
    assert [accept(upload(one), name="制度").kind for one in (picture(), b"%PDF-1.7")] == ["jpeg", "pdf"]


@pytest.mark.django_db
def test_photo_and_thumbnail_are_kept_together_or_not_at_all() -> None:
    with keeping(photo(HEIC), name="IMG_1.HEIC") as kept:
        pass
    assert (kept.file.original_name, kept.file.kind, kept.thumbnail.kind) == ("IMG_1.jpg", "jpeg", "jpeg")
    with pytest.raises(RuntimeError), keeping(photo(HEIC), name="IMG_2.HEIC") as broken:
        raise RuntimeError
    assert StoredFile.objects.count() == 2
    assert [path_of(one).exists() for one in (kept.file, kept.thumbnail, broken.file, broken.thumbnail)] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "kind", "disposition"),
    [
        (picture(), "image/jpeg", 'inline; filename="a.jpg"'),
        (b"%PDF-1.7", "application/pdf", 'attachment; filename="a.pdf"'),
    ],
)
def test_files_are_sent_so_that_nothing_runs_in_them(content, kind, disposition) -> None:
    with keeping(accept(upload(content), name="a.pdf"), name="a.pdf") as kept:
        pass
    response = sent(kept.file)
    assert (response["Content-Type"], response["Content-Disposition"]) == (kind, disposition)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    response.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    base=st.sampled_from([picture(), picture("PNG"), picture("WEBP"), HEIC]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
    cut=st.floats(0.2, 1),
)
def test_broken_photos_give_a_photo_or_a_sentence(base, changes, cut) -> None:
    content = bytearray(base[: int(len(base) * cut)])
    for place, value in changes:
        content[int(place * (len(content) - 1))] = value
    try:
        ended = opened(photo(bytes(content)).content).format
    except ValidationError as refusal:
        ended = refusal.messages[0][:8]
    assert ended in ("JPEG", "“照片.jpg”")


# A fresh process: nothing of the test run counts into its memory.
MEASURED = """
import json, os, sys
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "juxian.settings"
import django
django.setup()
from django.core.files.uploadedfile import TemporaryUploadedFile
from juxian.files import photos

def used(pid):
    return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) // 1024

folder = Path(sys.argv[2])
script = folder / "measured.py"
script.write_text(f'''
import runpy, sys
from pathlib import Path
sys.argv[0] = {str(photos.CHILD)!r}
try:
    runpy.run_path({str(photos.CHILD)!r}, run_name="__main__")
finally:
    Path({str(folder / "child")!r}).write_text(Path("/proc/self/status").read_text())
''')
photos.CHILD = script
before = used("self")
content = Path(sys.argv[1]).read_bytes()
upload = TemporaryUploadedFile("photo", "image/jpeg", len(content), None)
upload.write(content)
upload.seek(0)
del content
got = photos.accept_photo(upload, name="photo")
child = int((folder / "child").read_text().split("VmHWM:")[1].split()[0]) // 1024
print(json.dumps({"megabytes": used("self") - before + child, "bytes": len(got.content)}))
"""


def noise(kind: str, mode: str = "RGB") -> bytes:
    """12 megapixels of the worst to compress."""
    out = BytesIO()
    made = Image.effect_noise((4000, 3000), 40).convert(mode)
    if mode == "RGBA":
        made.putalpha(200)
    made.save(out, kind, quality=80, method=0)
    return out.getvalue()


@pytest.mark.parametrize(
    "made",
    [
        lambda: noise("JPEG"),
        lambda: noise("PNG", "L"),
        lambda: noise("WEBP"),
        lambda: noise("WEBP", "RGBA"),
        lambda: LARGE_HEIC,
    ],
)
def test_a_photo_of_twelve_megapixels_takes_less_than_200_megabytes(made, tmp_path) -> None:
    """What the upload adds to the server, and the child that draws."""
    path = tmp_path / "photo"
    path.write_bytes(made())
    ran = subprocess.run(  # noqa: S603 our own script
        [sys.executable, "-c", MEASURED, str(path), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path / "var")},
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["megabytes"] < 200
    assert found["megabytes"] > 50  # something was measured
    assert found["bytes"] > 10_000
