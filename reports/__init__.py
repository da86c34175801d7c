"""Findings and results, shown."""
