"""Centres, their rooms and teaching points, brand themes, and the 四区六有 standard as dated versions."""

from centres.models.brands import Brand, BrandRevision
from centres.models.disclosures import Disclosure, DisclosureHead, DisclosureItem, DisclosureQuestion
from centres.models.evidence import Evidence
from centres.models.inspections import Finding, Inspection, InspectionPhoto, InspectionResult, Rectification
from centres.models.money import (
    Budget,
    BudgetAdjustment,
    BudgetLine,
    BudgetReturn,
    CostHead,
    Expense,
    ExpenseScan,
    HeldScan,
    YearClosing,
)
from centres.models.places import Centre, Room, VenueKind, Zone, ZonePhoto
from centres.models.points import ReceptionSite, TeachingPoint
from centres.models.posts import Post, PostHolding, StaffingDocument, StaffingNumber
from centres.models.regulations import Regulation, RegulationKind, RegulationVersion
from centres.models.standards import Standard, StandardItem
from centres.models.themes import BrandTheme

__all__ = [
    "Brand",
    "BrandRevision",
    "BrandTheme",
    "Budget",
    "BudgetAdjustment",
    "BudgetLine",
    "BudgetReturn",
    "Centre",
    "CostHead",
    "Disclosure",
    "DisclosureHead",
    "DisclosureItem",
    "DisclosureQuestion",
    "Evidence",
    "Expense",
    "ExpenseScan",
    "Finding",
    "HeldScan",
    "Inspection",
    "InspectionPhoto",
    "InspectionResult",
    "Post",
    "PostHolding",
    "ReceptionSite",
    "Rectification",
    "Regulation",
    "RegulationKind",
    "RegulationVersion",
    "Room",
    "StaffingDocument",
    "StaffingNumber",
    "Standard",
    "StandardItem",
    "TeachingPoint",
    "VenueKind",
    "YearClosing",
    "Zone",
    "ZonePhoto",
]
