"""The server side for a Python backend: the payloads of a spec's conversions, and their delivery to the platforms."""
