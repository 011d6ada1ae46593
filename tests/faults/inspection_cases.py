"""What makes the pages of inspections write."""

from tests.centres.inspecting import picture
from tests.faults.inputs import Case

INSPECTIONS = {
    "centres:result-save": Case({"verdict": "unmet", "note": "示例问题", "base": "0"}),
    "centres:inspection-submit": Case(given={"self_result": {"verdict": "met"}}),
    "centres:inspection-return": Case({"reason": "示例原因"}),
    "centres:finding-rectify": Case({"text": "示例整改", "key": "faults", "photos": picture}),
    "centres:finding-assign": Case({"owner": "示例责任人"}),
}
