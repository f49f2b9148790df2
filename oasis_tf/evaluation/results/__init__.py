"""What is written and drawn of evaluations: tables, and pictures beside published figures.

`evaluation` says what a result holds, `writing` puts all files beside each other.
"""

from oasis_tf.evaluation.results.evaluation import ResultsError, read, validated
from oasis_tf.evaluation.results.references import read_references
from oasis_tf.evaluation.results.writing import files_of, merged, summary, write

__all__ = [
    "ResultsError",
    "files_of",
    "merged",
    "read",
    "read_references",
    "summary",
    "validated",
    "write",
]
