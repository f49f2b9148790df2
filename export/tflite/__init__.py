""".tflite files for LiteRT."""
