"""The compiled engine: the same tables and draws, the same ledger, for replications by the thousand."""
