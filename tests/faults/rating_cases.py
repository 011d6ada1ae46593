"""What makes the pages of ratings and findings write."""

from tests.faults.inputs import Case

RATINGS = {
    "assessments:finding-decide": Case({"verdict": "noted", "reason": "示例理由"}),
    "assessments:finding-reply": Case({"text": "示例说明", "heard": "示例电话"}),
    "assessments:finding-improved": Case({"outcome": "示例情况"}),
}
