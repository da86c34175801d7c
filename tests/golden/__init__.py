"""What people read, kept as it is printed, and what the audit of the founding protocol expects."""
