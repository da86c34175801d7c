"""What a protocol says: quantities, conditions and rules, each beside the protocol's own words.

Nothing here knows a solver, a simulator or a report; they know this.
"""
