"""The smallest changes that mend a decision, each proved before it is shown."""
