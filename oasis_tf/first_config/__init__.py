"""Writes the first config for a folder of the user: what was found, and a choice of network."""
