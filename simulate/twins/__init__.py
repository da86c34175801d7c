"""Analytic twins: what theory says of a figure that is also simulated."""
