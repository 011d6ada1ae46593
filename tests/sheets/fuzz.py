"""Generated files for the import reader: whatever comes, it reads a table or refuses with one sentence."""

import tempfile
import zlib
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juxian.sheets import CannotRead, Column, digits, found_date, plain, read_table, truth
from tests.sheets.files import inline, raw_xlsx

KNOWN = (Column("name", "姓名", needed=True), Column("number", "公民身份号码", needed=True), Column("day", "出生日期"))
READERS = {"name": plain, "number": digits, "day": found_date}
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le")
WORDS = st.sampled_from(["示例甲", "370000198001010011", "1980.1", "45000", "=1+1", '"', "合计", "无", "1980年2月30日"])
CELLS = st.one_of(WORDS, st.text(max_size=20), st.integers().map(str), st.dates().map(str))


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A table as text with the right heads, in some encoding, with some delimiter and line end."""
    mark, end = draw(st.sampled_from([",", "\t", ";"])), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    heads = draw(st.permutations(["姓名", "公民身份号码", "出生日期", "备注"]))
    rows = draw(st.lists(st.lists(CELLS, max_size=6), max_size=8))
    whole = end.join(mark.join(row) for row in [heads, *rows])
    return whole.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    """A workbook of which some bytes are not what they were."""
    cells = "".join(inline(f"{letter}1", head) for letter, head in zip("AB", ("姓名", "公民身份号码"), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        path = raw_xlsx(Path(folder) / "a.xlsx", f'<row r="1">{cells}</row><row r="2">{inline("A2", "示例甲")}</row>')
        content = bytearray(path.read_bytes())
    for place in draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(len(content) // 2, len(content)))])


FILES = st.one_of(st.binary(max_size=400), *[texts()] * 8, workbooks(), st.binary(max_size=400).map(zlib.compress))


def feed(number: int) -> str:
    """Read so many generated files with every reader of cells; what went wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "名册.xlsx"

        @settings(max_examples=number, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(FILES)
        def one(content: bytes) -> None:
            path.write_bytes(content)
            try:
                table = read_table(path, KNOWN)
            except CannotRead as refusal:
                assert refusal.message.endswith("。")  # noqa: PT017 which sentence, is not known
                return
            for row in table.rows:
                for key, read in READERS.items():
                    row.get(key, read, None)
                row.get("name", truth, None)

        try:
            one()
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:300]
    return ""
