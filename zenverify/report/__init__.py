"""Reports: from the events of a run to a plain model, and from there to HTML or JSON.

SymPy and Jinja are imported when a page is rendered, not before.
"""

from zenverify.report.jsonable import event_to_data
from zenverify.report.model import Collector, Discrepancy, ReportModel
from zenverify.report.write import write_report

__all__ = ["Collector", "Discrepancy", "ReportModel", "event_to_data", "write_report"]
