"""Differentiable augmentation of the discriminator's inputs, one transformation a file."""
