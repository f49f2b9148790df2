"""A page to paint in, as a folder of static files."""
