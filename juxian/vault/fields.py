"""Model fields: a sealed text and the blind index beside it."""

from typing import Any

from django.db import models

from juxian.vault.cipher import blind_index, seal, unseal


class SealedField(models.TextField):
    """Text that is plain in Python and encrypted in the database. Look-ups go through a BlindIndexField.

    `purpose` is authenticated with the value and must never change once rows exist.
    """

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if value is None else unseal(value, self.purpose)

    def get_prep_value(self, value: Any) -> str | None:
        value = super().get_prep_value(value)
        return value if value is None else seal(value, self.purpose)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class BlindIndexField(models.CharField):
    """Keyed digest of the sealed field named by `source`, filled on every write (bulk ones included)."""

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs.update(max_length=64, null=True, blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "null", "blank", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, {**kwargs, "source": self.source}

    def digest(self, text: str) -> str | None:
        """What this column holds for `text`."""
        sealed = self.model._meta.get_field(self.source)
        return blind_index(text, sealed.purpose)  # type: ignore[attr-defined]

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        digest = self.digest(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, digest)
        return digest
