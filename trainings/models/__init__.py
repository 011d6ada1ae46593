"""Year plan, class, session, enrolment, attendance, hour ledger, certificate, dossier."""

from trainings.models.certificates import Certificate, CertificateRevocation
from trainings.models.classes import Session, TrainingClass
from trainings.models.costs import ClassBudget, ClassCost
from trainings.models.dossier import DossierEntry, DossierItem
from trainings.models.enrolments import Enrolment, Quota
from trainings.models.hours import HourEntry, HourRule
from trainings.models.marks import Mark, MarkStatus
from trainings.models.plans import PlanLine, YearPlan
from trainings.models.substitutions import Substitution
from trainings.models.viewings import Viewing

__all__ = [
    "Certificate",
    "CertificateRevocation",
    "ClassBudget",
    "ClassCost",
    "DossierEntry",
    "DossierItem",
    "Enrolment",
    "HourEntry",
    "HourRule",
    "Mark",
    "MarkStatus",
    "PlanLine",
    "Quota",
    "Session",
    "Substitution",
    "TrainingClass",
    "Viewing",
    "YearPlan",
]
