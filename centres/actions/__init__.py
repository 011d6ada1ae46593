"""What may be done about centres; one module per subject."""
