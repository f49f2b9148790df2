"""Errors of segmenters."""


class SegmenterError(ValueError):
    """A segmenter that cannot be used, in a sentence."""


class SegmenterUnavailableError(SegmenterError):
    """A segmenter that cannot be had here: a package or a download is missing."""
