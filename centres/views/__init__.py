"""Pages about centres; one module per subject."""
