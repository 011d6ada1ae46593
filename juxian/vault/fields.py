"""Model fields: a sealed text and the blind index beside it."""

from typing import Any

from django.db import models

from juxian.vault.cipher import blind_index, seal, unseal
from juxian.vault.derived import DerivedField


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


class BlindIndexField(DerivedField):
    """Keyed digest of the sealed field named by `source`, for equality look-up and uniqueness; null for empty text."""

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        kwargs.update(max_length=64, null=True)
        super().__init__(*args, source=source, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        kwargs.pop("null", None)
        return name, path, args, kwargs

    def derive(self, value: Any) -> str | None:
        sealed = self.model._meta.get_field(self.source)
        if not isinstance(sealed, SealedField):
            raise TypeError(f"{self} needs a SealedField as its source")
        return blind_index(value or "", sealed.purpose)

    def digest(self, text: str) -> str | None:
        """What this column holds for `text`."""
        return self.derive(text)
