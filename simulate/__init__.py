"""What happens when patients arrive."""
