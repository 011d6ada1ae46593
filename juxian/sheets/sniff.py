"""What a file is, told by its first bytes; its name says nothing."""

import re
from enum import Enum
from pathlib import Path

from juxian.sheets.faults import CannotRead
from juxian.sheets.limits import MAX_FILE_BYTES

HEAD = 8192
_WEB_PAGE = re.compile(rb"<\s*(!doctype|html|head|meta|body|table|\?xml)", re.IGNORECASE)
_ADVICE = "请上传 .xlsx、.xls 或 .csv 文件。"
_SAVE_AS = "请用 Excel 或 WPS 打开它，另存为“Excel 工作簿（.xlsx）”后再上传。"
_OTHERS = {
    b"MZ": "这是程序文件，不是表格。",
    b"\x7fELF": "这是程序文件，不是表格。",
    b"%PDF": "这是 PDF，不是表格。",
    b"Rar!": "这是 RAR 压缩包，不是表格。请先解压。",
    b"7z\xbc\xaf": "这是 7z 压缩包，不是表格。请先解压。",
    b"\x1f\x8b": "这是压缩包，不是表格。请先解压。",
    b"\xff\xd8\xff": "这是图片，不是表格。",
    b"\x89PNG": "这是图片，不是表格。",
    b"GIF8": "这是图片，不是表格。",
    b"{\\rtf": "这是文字处理文档，不是表格。",
}


class FileKind(Enum):
    """The three kinds we read."""

    XLSX = "xlsx"
    XLS = "xls"
    TEXT = "csv"


def sniff(path: Path) -> FileKind:
    """The kind by content. Raises CannotRead with what it is instead and what to do."""
    size = path.stat().st_size
    if size == 0:
        raise CannotRead("这个文件是空的，一个字节也没有。请检查后重新上传。")
    if size > MAX_FILE_BYTES:
        raise CannotRead(
            f"文件有 {size // 1048576} MB，超过 {MAX_FILE_BYTES // 1048576} MB。请删去图片和多余的工作表后再上传。"
        )
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    for magic, sentence in _OTHERS.items():
        if head.startswith(magic):
            raise CannotRead(sentence + _ADVICE)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return FileKind.XLSX
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _old_office(path)
    if _WEB_PAGE.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        raise CannotRead("这其实是网页（常见于从其他系统导出的 .xls），不是真正的表格。" + _SAVE_AS)
    return FileKind.TEXT


def _old_office(path: Path) -> FileKind:
    content = path.read_bytes()

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise CannotRead("这个表格设有打开密码，读不了。请在 Excel 或 WPS 里去掉密码，另存后再上传。")
    if holds("WordDocument"):
        raise CannotRead("这是 Word 文档，不是表格。" + _ADVICE)
    if not holds("Workbook") and not holds("Book"):
        raise CannotRead("这个文件不是表格，或者已经损坏。" + _ADVICE)
    return FileKind.XLS
