"""What the county edits about centres; one module per subject."""

from centres.admin import money, places, posts, regulations, standards, themes

__all__ = ["money", "places", "posts", "regulations", "standards", "themes"]
