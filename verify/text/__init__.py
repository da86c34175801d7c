"""What the document says, leaves open, or says twice."""
