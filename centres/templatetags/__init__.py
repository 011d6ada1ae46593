"""Template tags of the centres."""
