"""Files that come from outside: read within bounds, written in full or not at all."""
