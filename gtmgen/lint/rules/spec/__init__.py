"""Rules about specs."""
