"""Columns computed from another field of the same row, right on every write path.

`pre_save` serves save, bulk_create and update_or_create; `DerivedQuerySet` serves bulk_update and update;
`DerivedModel` serves save(update_fields=…). A write that could leave the column stale is refused.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.base import ModelBase


class DerivedField(models.CharField, ABC):
    """A text column computed from the field named by `source`; nobody sets it by hand."""

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs.update(blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("blank", None)
        kwargs.pop("editable", None)
        return name, path, args, {**kwargs, "source": self.source}

    @abstractmethod
    def derive(self, value: Any) -> str | None:
        """What this column holds for a source `value`."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        derived = self.derive(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, derived)
        return derived


def derived_fields(model: type[models.Model]) -> list[DerivedField]:
    """The derived columns of a model."""
    return [field for field in model._meta.local_concrete_fields if isinstance(field, DerivedField)]


def with_derived(model: type[models.Model], names: Iterable[str]) -> list[str]:
    """Field names plus the columns derived from them."""
    wanted = list(names)
    return wanted + [
        field.name for field in derived_fields(model) if field.source in wanted and field.name not in wanted
    ]


class DerivedQuerySet(models.QuerySet[Any]):
    """Keeps derived columns right in bulk writes."""

    def bulk_create(
        self,
        objs: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Any]:
        """`update_fields` of an upsert takes the derived columns along; new rows get them from `pre_save`."""
        names = None if update_fields is None else with_derived(self.model, update_fields)
        return super().bulk_create(objs, batch_size, ignore_conflicts, update_conflicts, names, unique_fields)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        rows = tuple(objs)
        names = with_derived(self.model, fields)
        for field in derived_fields(self.model):
            if field.name in names:
                for row in rows:
                    field.pre_save(row, add=False)
        return super().bulk_update(rows, names, batch_size)

    def update(self, **values: Any) -> int:
        """Fills derived columns beside a plain value; an expression for a source, or a lone column, is refused."""
        for field in derived_fields(self.model):
            if field.name in values and field.source not in values:
                raise FieldError(f"{field.name} is derived from {field.source}; update that instead.")
            if field.source not in values or field.name in values:
                continue
            if hasattr(values[field.source], "resolve_expression"):
                raise FieldError(f"update({field.source}=expression) would leave {field.name} stale.")
            values[field.name] = field.derive(values[field.source])
        return super().update(**values)


class DerivedModel(models.Model):
    """Base of models with derived columns."""

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """`update_fields` takes the derived columns along."""
        names = None if update_fields is None else with_derived(type(self), update_fields)
        super().save(force_insert=force_insert, force_update=force_update, using=using, update_fields=names)
