"""Answers kept for the next question: bounded, and shared by threads."""

import gc
import weakref
from itertools import count

from procedures.search import remember
from procedures.search.remember import remembering


class Doubler:
    def __init__(self):
        self.asked = []
        self.twice = remembering(self.find_twice)

    def find_twice(self, number):
        self.asked.append(number)
        return 2 * number


def test_a_question_is_answered_once():
    doubler = Doubler()
    assert [doubler.twice(1), doubler.twice(2), doubler.twice(1)] == [2, 4, 2]
    assert doubler.asked == [1, 2]


def test_when_there_are_too_many_answers_all_are_forgotten(monkeypatch):
    monkeypatch.setattr(remember, "MOST", 2)
    doubler = Doubler()
    assert [doubler.twice(number) for number in (1, 2, 3, 3, 1)] == [2, 4, 6, 6, 2]
    assert doubler.asked == [1, 2, 3, 1]


def test_an_old_state_is_not_kept_alive_by_its_answers():
    doubler = Doubler()
    doubler.twice(1)
    gone = weakref.ref(doubler)
    gc.disable()
    try:
        del doubler
        assert gone() is None
    finally:
        gc.enable()


def test_an_answer_that_another_thread_forgets_while_it_is_looked_up_is_found_anew(monkeypatch):
    monkeypatch.setattr(remember, "MOST", 1)
    doubler, others = Doubler(), count(2)

    class Question(int):
        def __hash__(self):  # asked for by each look-up: here another thread gets its turn
            doubler.twice(next(others))
            return super().__hash__()

        __eq__ = int.__eq__

    question = Question(1)
    assert [doubler.twice(question) for _time in range(3)] == [2, 2, 2]
