"""Findings and summaries in words, one format a file. Nothing here prints."""
