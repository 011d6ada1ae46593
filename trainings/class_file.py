"""The whole file of one class as a ZIP: what was put in, what the portal makes, and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from juxian.files.models import StoredFile
from juxian.files.serve import KINDS
from juxian.files.store import is_whole, open_whole
from juxian.papers import Item, bundle
from trainings.dossier import Paper, checklist
from trainings.filed import OWN, RECORDS, certificate_sheets
from trainings.models import TrainingClass
from trainings.registry import registry

RECORDS_FOLDER = "99 系统记录"
CHUNK = 1 << 16


@dataclass
class ClassFile:
    """What goes into the ZIP; `missing` are required papers nobody made, put in or waived, `notes` all there is to know."""

    title: str
    items: list[Item] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def stream(self) -> Iterator[bytes]:
        """The ZIP, piece by piece."""
        return bundle(self.items, title=self.title, notes=self.notes)


def class_file(training_class: TrainingClass, site: str) -> ClassFile:
    """Collect the file of a class, in the order of the list of papers. Files are made as they are written.

    `site` is the portal's address, for the square codes on certificates.
    """
    found = ClassFile(f"{training_class.code} {training_class.title} 档案")
    if training_class.state != TrainingClass.State.ARCHIVED:
        found.notes.append(f"这个班现在是“{training_class.get_state_display()}”，还没有归档，材料会变。")
    makers = OWN | registry.papers
    for number, paper in enumerate(checklist(training_class), 1):
        folder = f"{number:02d} {_plain(paper.item.name)}"
        made = makers[paper.item.code](training_class) if paper.item.code in makers else []
        made += certificate_sheets(training_class, site) if paper.item.code == "certificates" else []
        found.items += [replace(item, path=f"{folder}/{item.path}") for item in made]
        _put_in(found, folder, paper)
        if paper.missing and not made:
            found.missing.append(paper.item.name)
        if paper.waived and not made:
            found.notes.append(f"略过“{paper.item.name}”：{paper.waived.waived_reason}")
    for maker in RECORDS:
        found.items += [replace(item, path=f"{RECORDS_FOLDER}/{item.path}") for item in maker(training_class)]
    found.notes += [f"缺“{name}”。" for name in found.missing]
    return found


def _put_in(found: ClassFile, folder: str, paper: Paper) -> None:
    """The files people put in, as they were; one damaged on the disk is named instead."""
    for number, entry in enumerate(paper.files, 1):
        if entry.file and is_whole(entry.file):
            kind = entry.file.kind if entry.file.kind in KINDS else "文件"
            found.items.append(
                Item(f"{folder}/归入{number:02d} {_plain(entry.file.original_name)}", kind, partial(_read, entry.file))
            )
        elif entry.file:
            found.notes.append(f"“{paper.item.name}”里的文件“{entry.file.original_name}”在服务器上已损坏或丢失。")


def _read(stored: StoredFile) -> Iterator[bytes]:
    with open_whole(stored) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _plain(name: str) -> str:
    """A name without what would make it a folder."""
    return "".join("_" if sign in '/\\:*?"<>|' else sign for sign in name).strip(". ") or "未命名"
