"""The spec that people write: its schema, its model, and how a file becomes one."""
