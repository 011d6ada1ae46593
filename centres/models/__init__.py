"""Centres, their rooms and teaching points, brand themes, and the 四区六有 standard as dated versions."""

from centres.models.places import Centre, Room, TeachingPoint
from centres.models.standards import Standard, StandardItem
from centres.models.themes import BrandTheme

__all__ = ["BrandTheme", "Centre", "Room", "Standard", "StandardItem", "TeachingPoint"]
