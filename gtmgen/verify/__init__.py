"""Runs containers offline, the web one in a real browser and the server one behind it, and says what would have been counted."""
