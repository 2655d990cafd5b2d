"""The admin of the catalogue: what a steward keeps, what is still missing, and what citizens look for."""

from . import corrections, fields, loading, procedures, searches, words  # noqa: F401  # each registers its pages
