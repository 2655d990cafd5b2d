"""Figures of the records: judged by one formula, rolled up in step with the events, rebuildable and checkable.

`formula` judges one record. `cells` says which cells of the figures a record counts in. `rollups` keeps the cells in
step with the records, `rebuild` counts them anew and compares, `frozen` keeps months as they were told.
"""
