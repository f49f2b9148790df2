"""The page to paint in, served on this machine."""
