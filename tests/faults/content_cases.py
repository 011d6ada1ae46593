"""What makes the pages of course versions write."""

from tests.faults.inputs import Case

_TEXT = {"sort": "plan", "title": "示例教案", "text": "示例文字"}
_BEGIN = {"name": "a.pdf", "size": "9", "mark": "1"}
_OUTLINE = {"outline": "示例提纲", "note": ""}
CONTENT = {
    "courses:town-version-save": Case(_OUTLINE),
    "courses:teach-version-save": Case(_OUTLINE),
    "courses:town-text-add": Case(_TEXT),
    "courses:teach-text-add": Case(_TEXT),
    "courses:town-upload-begin": Case(_BEGIN),
    "courses:teach-upload-begin": Case(_BEGIN),
}
CONTENT_NOT_WALKED = {
    "courses:town-draft-add": "a draft is under way; one action, one transaction",
    "courses:teach-draft-add": "a draft is under way; one action, one transaction",
    "courses:town-file-add": "needs a file that has arrived; tests/courses/test_versions.py",
    "courses:teach-file-add": "needs a file that has arrived; tests/courses/test_versions.py",
    "files:upload": "a raw piece; broken off and resumed in tests/files/test_arriving.py",
}
