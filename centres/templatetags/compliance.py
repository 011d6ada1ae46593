"""The cells of the compliance board: one tag a row, because a loop over 192 cells costs more than their figures."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from centres.compliance import Row
from centres.models import StandardItem

register = template.Library()
FILLS = {"st-ok": "ok", "st-warn": "warn", "st-bad": "bad"}
CELL = '<td class="is-{0}"><a class="{0}" href="{1}#{2}"><span class="mx-label">{3}</span>{4}</a></td>'


@register.simple_tag
def compliance_cells(row: Row, items: list[StandardItem], url: str, past: str = "") -> SafeString:
    """The verdicts of a centre, each as colour and word and a way to what it rests on."""
    url += past
    return format_html_join(
        "",
        CELL,
        (
            (FILLS.get(cell.word.css, "txt"), url, item.key, item.name, cell.word.text)
            for item, cell in zip(items, row.cells, strict=True)
        ),
    )
