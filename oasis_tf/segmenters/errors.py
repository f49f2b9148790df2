"""Errors of segmenters."""


class SegmenterError(ValueError):
    """Error for an unusable segmenter."""


class SegmenterUnavailableError(SegmenterError):
    """Error for a segmenter whose package or download is missing."""
