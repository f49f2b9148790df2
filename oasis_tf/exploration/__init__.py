"""The effect of noise: walks between seeds, and directions that change one attribute."""
