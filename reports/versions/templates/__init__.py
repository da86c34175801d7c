"""The templates and styles of the comparison, beside those of the report."""
