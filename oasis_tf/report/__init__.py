"""A run on one page that needs nothing but a browser.

`records` reads what lies in a run folder, `chart` draws curves, `page` puts all together.
"""

from oasis_tf.report.page import require_writable_report, write_report
from oasis_tf.report.records import ReportError

__all__ = ["ReportError", "require_writable_report", "write_report"]
