"""The guard before an xlsx is read: counted unpacking, no DTD, no macros, sane size. Headers can lie, so we count."""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from xml.etree.ElementTree import Element, ParseError  # noqa: S405 only the types; parsing is defusedxml's

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from juxian.sheets.faults import CannotRead
from juxian.sheets.limits import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_FREE_BYTES
from juxian.sheets.scan import PartScanner, SheetScan

CHUNK = 1 << 16
SMALL_PART_BYTES = 2 * 1024 * 1024
BROKEN = "文件不完整或已损坏，打不开。请用 Excel 或 WPS 打开原文件，另存为 .xlsx 后再上传。"
TOO_LARGE = "文件解开后太大，为安全起见没有打开。请只保留名单所在的工作表，删去图片和多余的行，另存后再上传。"
OTHER_ZIP = "这是压缩包或其他文档，不是表格。请上传 .xlsx、.xls 或 .csv 文件。"


@dataclass(frozen=True)
class SheetPart:
    """A worksheet of the workbook in tab order."""

    name: str
    hidden: bool
    scan: SheetScan


def guard(path: Path) -> list[SheetPart]:
    """Check an xlsx file and return its worksheets. Raises CannotRead."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
            _check_kind(archive, members)
            scans = _unpack_counted(archive, members)
            return _sheets(archive, members, scans)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, UnicodeDecodeError):
        raise CannotRead(BROKEN) from None
    except RuntimeError:  # zipfile's word for an encrypted member
        raise CannotRead("压缩包设有密码，打不开。请去掉密码后再上传。") from None
    except (ParseError, DefusedXmlException, KeyError, ValueError) as error:
        if isinstance(error, CannotRead):
            raise
        raise CannotRead(BROKEN) from None


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    found = archive.infolist()
    if len(found) > MAX_MEMBERS:
        raise CannotRead(TOO_LARGE)
    members = {info.filename.lower().replace("\\", "/"): info for info in found}
    if len(members) != len(found):
        raise CannotRead(BROKEN)
    declared = sum(info.file_size for info in found)
    packed = sum(info.compress_size for info in found)
    if declared > MAX_UNPACKED_BYTES or (declared > RATIO_FREE_BYTES and declared > packed * MAX_RATIO):
        raise CannotRead(TOO_LARGE)
    return members


def _small(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Element:
    if info.file_size > SMALL_PART_BYTES:
        raise CannotRead(TOO_LARGE)
    root: Element = fromstring(archive.read(info), forbid_dtd=True)
    return root


def _check_kind(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> None:
    if "xl/workbook.bin" in members:
        raise CannotRead("这是 .xlsb 格式的表格。请在 Excel 里另存为 .xlsx 后再上传。")
    types = members.get("[content_types].xml")
    if types is None or "xl/workbook.xml" not in members:
        raise CannotRead(OTHER_ZIP)
    text = "".join(element.get("ContentType", "") for element in _small(archive, types))
    if "macroEnabled" in text or any(name.endswith("vbaproject.bin") for name in members):
        raise CannotRead("这是带宏的表格（.xlsm），为安全起见不打开。请另存为“Excel 工作簿（.xlsx）”后再上传。")


def _unpack_counted(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> dict[str, SheetScan]:
    total = 0
    scans: dict[str, SheetScan] = {}
    for name, info in members.items():
        scanner = PartScanner() if name.endswith((".xml", ".rels")) else None
        with archive.open(info) as stream:
            while chunk := stream.read(CHUNK):
                total += len(chunk)
                if total > MAX_UNPACKED_BYTES:
                    raise CannotRead(TOO_LARGE)
                if scanner is not None:
                    scanner.feed(chunk)
        if scanner is not None and info.file_size:
            scanner.feed(b"", last=True)
            if scanner.sheet is not None:
                scans[name] = scanner.sheet
    return scans


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _sheets(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], scans: dict[str, SheetScan]
) -> list[SheetPart]:
    targets = {
        element.get("Id"): element.get("Target", "")
        for element in _small(archive, members["xl/_rels/workbook.xml.rels"])
        if element.get("Type", "").endswith("/worksheet")
    }
    parts = []
    for element in _small(archive, members["xl/workbook.xml"]).iter():
        if _local(element) != "sheet":
            continue
        link = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        if link not in targets:
            continue  # a chart or macro sheet
        target = targets[link]
        full = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
        scan = scans[full.lower()]
        parts.append(SheetPart(element.get("name", ""), element.get("state", "visible") != "visible", scan))
    return parts
