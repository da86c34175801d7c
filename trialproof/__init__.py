"""Prove what a clinical-trial protocol says, and simulate what it will do."""
