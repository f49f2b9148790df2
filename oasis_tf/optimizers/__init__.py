"""The optimizer of the reference, and loss scaling."""
