"""The comparison of two versions as one HTML page."""
