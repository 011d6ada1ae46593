"""Without PostgreSQL there is nothing whose crash could be tried; the run on PostgreSQL collects it."""

import os

collect_ignore = [] if os.environ.get("DATABASE_URL", "").startswith("postgres") else ["test_crash.py"]
