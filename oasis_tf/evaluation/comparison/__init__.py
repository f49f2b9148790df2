"""Runs compared on the same held-out pairs, by the same judges: table, JSON, chart and pictures."""
