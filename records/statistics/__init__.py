"""Figures of the records: judged by one formula, rolled up in step with the events, rebuildable and checkable.

`formula` judges one record. `cells` says which cells of the figures a record counts in. `rollups` keeps the cells in
step with the records, `rebuild` counts them anew and compares, `frozen` keeps months as they were told. For the
monitoring board `board`, `silence` and `movements` read the records of now, `shops` the cells; `comparison` says what
is fair to tell.
"""
