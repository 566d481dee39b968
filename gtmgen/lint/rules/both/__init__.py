"""Rules about what is sent, whether a spec or a container says so."""
