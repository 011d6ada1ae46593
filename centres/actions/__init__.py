"""What may be done about centres; one module per subject."""

from centres.actions.findings import assign_finding, rectify
from centres.actions.inspections import add_photo, drop_inspection, drop_photo, save_result, start_inspection
from centres.actions.signing import confirm_inspection, return_inspection, submit_inspection

__all__ = [
    "add_photo",
    "assign_finding",
    "confirm_inspection",
    "drop_inspection",
    "drop_photo",
    "rectify",
    "return_inspection",
    "save_result",
    "start_inspection",
    "submit_inspection",
]
