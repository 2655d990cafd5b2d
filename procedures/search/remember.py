"""Answers of one state of the catalogue kept for the next question: bounded, for strangers choose what is asked."""

import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

Answer = TypeVar("Answer")
MOST = 2048  # the places of a word take some 10 KB


def remembering(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """A bound method that remembers its last answers, and does not keep its object alive.

    Otherwise the object and its method would hold each other, and an old state of the catalogue would wait
    for the garbage collector, which gunicorn's workers spare it (`deploy/gunicorn.conf.py`).
    """
    weak = weakref.WeakMethod(method)

    @lru_cache(maxsize=MOST)
    def remembered(*question: Any) -> Answer:
        bound = weak()
        assert bound is not None  # the object that is asked is alive  # noqa: S101
        return bound(*question)

    return remembered
