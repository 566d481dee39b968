"""What came of it: what each platform counts, whether that was expected, and why not."""
