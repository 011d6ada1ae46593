"""Papers out: PDF from generic layouts, and ZIP files with a manifest. No models; knows nobody."""

from juxian.papers.bundle import Item, bundle
from juxian.papers.diploma import Diploma, diplomas_pdf
from juxian.papers.document import Block, Document, Facts, Heading, Table, Text, document_pdf
from juxian.papers.letter import AppointmentLetter, letter_pdf
from juxian.papers.qr import qr_svg

__all__ = [
    "AppointmentLetter",
    "Block",
    "Diploma",
    "Document",
    "Facts",
    "Heading",
    "Item",
    "Table",
    "Text",
    "bundle",
    "diplomas_pdf",
    "document_pdf",
    "letter_pdf",
    "qr_svg",
]
