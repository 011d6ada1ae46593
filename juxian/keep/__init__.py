"""Backup and restore: every row in a form both engines share, every stored file, and a manifest that proves them."""
