"""When patients come, and which of them are enrolled."""
