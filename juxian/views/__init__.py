"""Pages that show all floors: board, desk, member's home, doors, help, health."""
