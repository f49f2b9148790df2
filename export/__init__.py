"""Exports of trained generators, each verified against the live model."""
