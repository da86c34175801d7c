"""What must be true of every possible patient: proved, or refuted by a patient who was replayed."""
