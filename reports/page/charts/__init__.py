"""Pictures of numbers, drawn as SVG: pure functions from plain values to trees, the same on the page and as files."""
