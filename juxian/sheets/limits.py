"""How large a spreadsheet may be. A county has 50,000 members; these leave room and keep the machine alive."""

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_MEMBERS = 1_000
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100
RATIO_FREE_BYTES = 1024 * 1024  # below this a high ratio does no harm
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_CELL_TAGS = 3_000_000
MAX_IDLE_TAGS = 300_000  # rows and cells in succession that hold nothing
MAX_AREA = 4_000_000  # the reader allocates the whole rectangle around all content
MAX_CELL_CHARACTERS = 10_000
CHILD_MEMORY_BYTES = 768 * 1024 * 1024
CHILD_CPU_SECONDS = 60
HEADER_SEARCH_ROWS = 30
