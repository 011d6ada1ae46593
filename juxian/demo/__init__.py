"""The generated county: everybody invented, every figure of the article counted from rows."""
