"""The gaps and overlaps of wide tables: boxes over a grid of ranks, found by splitting and counting."""
