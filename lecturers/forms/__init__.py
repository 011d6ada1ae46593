"""Forms about lecturers, one module a subject."""
