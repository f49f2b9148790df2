"""Finds out what a folder of the user holds: pairs, splits, classes. Nothing imports TensorFlow."""
