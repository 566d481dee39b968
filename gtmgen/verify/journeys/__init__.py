"""Journeys: what is done and expected, read from a file, and walked step by step."""
