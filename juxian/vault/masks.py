"""What a screen may show of a personal number."""


def mask_id(number: str) -> str:
    """`371327********0012`: first six, last four."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 10 else "*" * len(number)


def mask_mobile(number: str) -> str:
    """`138****1234`: first three, last four."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "*" * len(number)


def mask_name(name: str) -> str:
    """`王*`: the first character only, for pages without sign-in."""
    return name[:1] + "*" * (len(name) - 1)
