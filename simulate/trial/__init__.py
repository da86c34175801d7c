"""One trial as it runs: tables and draws in, a ledger out. Integers only; nothing here is random."""
