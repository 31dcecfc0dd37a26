"""Invented tools: drawing them, documenting them, and what an answerer who does not read gets right."""
