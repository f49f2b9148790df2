"""Results of evaluations: JSON, tables, and charts with published figures.

`evaluation` is the schema of the JSON; `writing` writes all files.
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
