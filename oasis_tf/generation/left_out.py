"""Label maps that cannot be painted on, among others that can."""

from contextlib import contextmanager

from oasis_tf.data import DataError


class LeftOut:
    """Collects what is wrong with single label maps, so that the others are painted on.

    Attributes:
        reasons: dict of a label map's name to a sentence.
    """

    def __init__(self):
        self.reasons = {}
        self._first = None

    @contextmanager
    def noting(self, name):
        """Notes a DataError inside as the reason why label map `name` is left out."""
        try:
            yield
        except DataError as error:
            self._first = self._first or error
            self.reasons.setdefault(name, str(error))

    def rest_of(self, subjects):
        """The subjects that are not left out. Raises: the first DataError if there is none."""
        rest = [subject for subject in subjects if subject.name not in self.reasons]
        if not rest and self._first is not None:
            raise self._first
        return rest
