"""Setting a layout as PDF with typst: own font only, no network, files only from the folder of layouts.

Data go in as one JSON string, never by putting text into the source, so nothing a person typed is ever code.
"""

import json
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).resolve().parent
LAYOUTS = HERE / "layouts"
FONTS = HERE / "fonts"


def set_pdf(layout: str, data: dict[str, Any]) -> bytes:
    """The PDF of `layouts/<layout>.typ` for these data. The same data give the same bytes."""
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    pdf: bytes = typst.compile(
        LAYOUTS / f"{layout}.typ",
        root=LAYOUTS,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs=inputs,
        timestamp=0,
    )
    return pdf
