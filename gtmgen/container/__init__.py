"""The named form and GTM's own JSON: linking names to ids, reading and writing exports, and what refers to what."""
