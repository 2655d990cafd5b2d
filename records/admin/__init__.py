"""The admin of records: the counter's list, reception, one record on one page, and who read it."""

from records import admin_bulk, admin_days, admin_lookup, admin_signatories  # noqa: F401  (they register themselves)

from . import months, readings, record, reports  # noqa: F401
