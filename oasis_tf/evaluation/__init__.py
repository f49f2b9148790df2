"""Metrics of generators on held-out pairs, after and during training."""
