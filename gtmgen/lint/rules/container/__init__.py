"""Rules about containers, ours or a stranger's."""
