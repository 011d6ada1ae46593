"""How this floor writes amounts in sentences."""

from decimal import Decimal


def plain(amount: Decimal | int) -> str:
    """4, 0.25, 12.5: no needless zeros, no exponent."""
    return f"{Decimal(amount).normalize():f}"
