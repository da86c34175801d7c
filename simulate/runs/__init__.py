"""Many replications: chunks, workers, and the folder that a run leaves."""
