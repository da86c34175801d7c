"""Many scenarios on the same chances: sweeps over a grid or at random, what matters most, and how much is enough."""
