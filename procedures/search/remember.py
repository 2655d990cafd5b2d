"""Answers of one state of the catalogue kept for the next question: bounded, for strangers choose what is asked."""

import weakref
from collections.abc import Callable
from typing import Any, TypeVar

Answer = TypeVar("Answer")
MOST = 1024


def remembering(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """A bound method that remembers its answers, and does not keep its object alive.

    With `lru_cache` the object and its method would hold each other, and an old state of the catalogue would
    wait for the garbage collector, which gunicorn's workers spare it (`deploy/gunicorn.conf.py`).
    """
    weak = weakref.WeakMethod(method)
    answers: dict[Any, Answer] = {}

    def remembered(*question: Any) -> Answer:
        try:
            return answers[question]
        except KeyError:  # never asked, or cleared just now by another thread
            pass
        if len(answers) >= MOST:
            answers.clear()
        bound = weak()
        assert bound is not None  # the object that is asked is alive  # noqa: S101
        answer = answers[question] = bound(*question)
        return answer

    return remembered
