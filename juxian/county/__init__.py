"""Reference data of the county, as CSV files and the loader that keeps the county's edits."""
