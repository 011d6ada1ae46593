"""All writes of this floor. Keyword-only; `by` is the actor; calling twice equals calling once."""

from trainings.actions.certificates import (
    count_lookup,
    issue_certificates,
    new_certificate,
    reissue_certificate,
    revoke_certificate,
    without_certificate,
)
from trainings.actions.classes import (
    approve_class,
    archive_class,
    begin_closing,
    cancel_class,
    open_enrolment,
    return_class,
    start_class,
    submit_class,
    too_early,
    withdraw_class,
)
from trainings.actions.dossier import add_paper, waive_paper
from trainings.actions.enrolments import (
    EnrolResult,
    cancel_enrolment,
    enrol,
    enrolment_barred,
    promote_waiting,
    set_quota,
)
from trainings.actions.hours import post_class_hours, reverse_entry
from trainings.actions.marks import RosterSaved, amend_mark_after_archive, save_roster
from trainings.actions.opening import change_class, class_barred, open_class, open_class_from_line
from trainings.actions.outcomes import resettle_outcome
from trainings.actions.plans import (
    add_line,
    approve_plan,
    change_line,
    open_plan,
    plan_barred,
    remove_line,
    return_plan,
    submit_plan,
    withdraw_plan,
)
from trainings.actions.sessions import add_session, cancel_session, change_session, session_barred
from trainings.actions.substitutions import substitute, substitution_barred

__all__ = [
    "EnrolResult",
    "RosterSaved",
    "add_line",
    "add_paper",
    "add_session",
    "amend_mark_after_archive",
    "approve_class",
    "approve_plan",
    "archive_class",
    "begin_closing",
    "cancel_class",
    "cancel_enrolment",
    "cancel_session",
    "change_class",
    "change_line",
    "change_session",
    "class_barred",
    "count_lookup",
    "enrol",
    "enrolment_barred",
    "issue_certificates",
    "new_certificate",
    "open_class",
    "open_class_from_line",
    "open_enrolment",
    "open_plan",
    "plan_barred",
    "post_class_hours",
    "promote_waiting",
    "reissue_certificate",
    "remove_line",
    "resettle_outcome",
    "return_class",
    "return_plan",
    "reverse_entry",
    "revoke_certificate",
    "save_roster",
    "session_barred",
    "set_quota",
    "start_class",
    "submit_class",
    "submit_plan",
    "substitute",
    "substitution_barred",
    "too_early",
    "waive_paper",
    "withdraw_class",
    "withdraw_plan",
    "without_certificate",
]
