"""OASIS: semantic image synthesis with adversarial supervision alone, in Keras 3."""
