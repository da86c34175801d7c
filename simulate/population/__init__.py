"""Who comes: random numbers by key, turned into patients as they are and as they are charted."""
