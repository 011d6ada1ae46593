"""Which columns are sealed, and how they lie in the database."""

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast

from juxian.vault.derived import derived_fields
from juxian.vault.fields import BlindIndexField, SealedField


def sealed_models() -> list[type[models.Model]]:
    """Every model with a sealed column."""
    return [model for model in apps.get_models() if sealed_fields(model)]


def sealed_fields(model: type[models.Model]) -> list[SealedField]:
    """The sealed columns of a model."""
    return [field for field in model._meta.local_concrete_fields if isinstance(field, SealedField)]


def index_of(field: SealedField) -> BlindIndexField | None:
    """The blind index beside a sealed column, if it has one."""
    found = [one for one in derived_fields(field.model) if isinstance(one, BlindIndexField)]
    return next((one for one in found if one.source == field.name), None)


def as_stored(field: SealedField) -> Cast:
    """The column as it lies in the database, not opened."""
    return Cast(field.name, models.TextField())
