"""Pix2Pix: networks on every backend of Keras, and the model that trains them, on TensorFlow."""
