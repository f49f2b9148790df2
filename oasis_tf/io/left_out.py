"""Inputs that cannot be read are left out, and the work continues with the others."""

from contextlib import contextmanager


class LeftOut:
    """Collects the errors of single inputs.

    Args:
        *kinds: the exceptions that concern one input only.
    Attributes:
        reasons: dict of an input's name to a sentence.
    """

    def __init__(self, *kinds: type[Exception]):
        self.kinds = kinds
        self.reasons = {}
        self._first = None

    @contextmanager
    def noting(self, name: str):
        """Records an error inside as the reason why the input `name` is left out."""
        try:
            yield
        except self.kinds as error:
            self._first = self._first or error
            self.reasons.setdefault(name, str(error))

    def require_some(self, names) -> list:
        """The names that are not left out. Raises: the first error if there is none."""
        rest = [name for name in names if name not in self.reasons]
        if not rest and self._first is not None:
            raise self._first
        return rest

    def rest_of(self, label_map_inputs) -> list:
        """The items, which have a `name`, that are not left out. Raises: see `require_some`."""
        rest = set(
            self.require_some([label_map_input.name for label_map_input in label_map_inputs])
        )
        return [
            label_map_input for label_map_input in label_map_inputs if label_map_input.name in rest
        ]
