"""What a comparison has measured so far, in a file: nothing is measured twice."""

import json
from collections.abc import Callable
from pathlib import Path

from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.file_mark import marked_json
from oasis_tf.io.json_file import read_json

FORMAT = 2
KEY = ("run", "step", "generator", "protocol")


class Store:
    """Evaluations by run, step, generator and protocol; facts by the SHA-256 of a generator.

    Every addition writes the whole file, atomically.

    Args:
        path: a JSON file, which may be missing.
    Raises: EvaluationError for a file of another kind.
    """

    def __init__(self, path: Path):
        self.path = path
        self._evaluations, self._networks = {}, {}
        if path.exists():
            document = read_json(path)
            try:
                self._evaluations = {key_of(each): each for each in document["evaluations"]}
                self._networks = dict(document["networks"])
            except (KeyError, TypeError, ValueError) as error:
                raise EvaluationError(
                    f"{path} holds no measurements of `compare`; delete it, or name another folder "
                    "with --out"
                ) from error

    def evaluation(self, key: tuple) -> dict | None:
        """The evaluation of a key, see `key_of`, or None."""
        return self._evaluations.get(key)

    def add(self, evaluation: dict) -> None:
        """Stores an evaluation."""
        self._evaluations[key_of(evaluation)] = evaluation
        self._write()

    def network(self, sha256: str, measure: Callable[[], dict]) -> dict:
        """The facts of a generator; measured if they are not stored."""
        if sha256 not in self._networks:
            self._networks[sha256] = measure()
            self._write()
        return self._networks[sha256]

    def _write(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        document = {
            "format": FORMAT,
            "evaluations": list(self._evaluations.values()),
            "networks": self._networks,
        }
        text = json.dumps(marked_json(document), indent=1, ensure_ascii=False)
        with whole_file(self.path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def key_of(evaluation: dict) -> tuple:
    """(run, step, generator, protocol)."""
    return tuple(evaluation[key] for key in KEY)
