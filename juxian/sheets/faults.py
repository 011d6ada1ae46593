"""What can be wrong with a file, and with one cell of it."""

from django.core.exceptions import ValidationError


class CannotRead(ValidationError):
    """The whole file cannot be used. `message` is one Chinese sentence: what, where, what to do."""

    def __init__(self, text: str, code: str = "cannot_read") -> None:
        super().__init__(text, code=code)


class CellFault(ValueError):
    """One cell cannot be used: what is wrong, and how to mend it."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy
