"""Rules about files that belong together: what a web and a server container send to one pixel."""
