"""What ledgers come to: metrics of a replication, and summaries with Monte Carlo error."""
