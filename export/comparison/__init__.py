"""The report that compares all exported variants of a run."""
