"""Generated files; bin/soak feeds a hundred times as many."""

from tests.sheets.fuzz import feed


def test_generated_files_are_read_or_refused_with_a_sentence():
    assert feed(200) == ""
