"""What a demonstration needs besides its people: the rooms that have it say how it is made."""

from collections.abc import Callable

_makers: list[Callable[[], None]] = []


def register(maker: Callable[[], None]) -> None:
    """`maker` is called after the demonstration accounts were made, and makes again only what is missing."""
    if maker not in _makers:
        _makers.append(maker)


def make() -> None:
    for maker in _makers:
        maker()
