"""What noise does: walks between seeds, and directions that drive one attribute of a picture."""
