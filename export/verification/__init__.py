"""Runs artifacts and compares their images with the live model's."""
