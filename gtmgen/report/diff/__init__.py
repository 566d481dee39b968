"""What is different between two containers, in each of its formats. Nothing here prints."""
