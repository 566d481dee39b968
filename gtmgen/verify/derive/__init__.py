"""A journey made from a spec: every conversion happens, nearly happens, and happens where it is easily lost."""
