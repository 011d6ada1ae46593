"""Field encryption and blind indexes. Knows nobody; no models."""
