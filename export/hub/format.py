"""What the folder holds for those who do not install this package."""

from enum import StrEnum


class Format(StrEnum):
    """What runs without this package."""

    SAVED_MODEL = "saved-model"
    TFLITE = "tflite"
