"""What the county edits about centres; one module per subject."""

from centres.admin import places, regulations, standards, themes

__all__ = ["places", "regulations", "standards", "themes"]
