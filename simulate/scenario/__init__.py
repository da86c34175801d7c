"""What a scenario says: every assumption of a simulation, with its source. Frozen values, read from one YAML file."""
