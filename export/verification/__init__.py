"""The proof that an artifact paints what the live model paints."""
