"""The one error of this room."""


class SegmenterError(ValueError):
    """A segmenter that cannot be used, in a sentence."""
