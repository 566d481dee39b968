"""What a verification found, in each of its formats. Nothing here prints."""
