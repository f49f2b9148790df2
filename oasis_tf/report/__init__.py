"""The report of a run: one HTML page without other files.

`records` reads the tables of a run folder, `chart` draws curves, `page` writes the page.
"""

from oasis_tf.report.page import require_writable_report, write_report
from oasis_tf.report.records import ReportError

__all__ = ["ReportError", "require_writable_report", "write_report"]
