"""Town, branch, member · user, grant · slips · import runs."""

from juxian.people.models.imports import ImportRun
from juxian.people.models.members import Branch, Member
from juxian.people.models.slips import ActivationSlip, ActivationTry
from juxian.people.models.towns import Town, TownCode
from juxian.people.models.users import Grant, User

__all__ = ["ActivationSlip", "ActivationTry", "Branch", "Grant", "ImportRun", "Member", "Town", "TownCode", "User"]
