"""What the county edits about centres; one module per subject."""

from centres.admin import places, standards, themes

__all__ = ["places", "standards", "themes"]
