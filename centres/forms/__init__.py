"""Forms about centres; one module per subject."""
