"""Container images: how they are described, what they are built from, and what they are called."""
