"""One report over all exported variants of a run."""
