"""What somebody may type into the search that is no procedure: rooms that stand on this one say where it leads."""

from collections.abc import Callable

_finders: list[Callable[[str], str]] = []


def register(finder: Callable[[str], str]) -> None:
    """`finder(query)` answers the address that a query means, or nothing."""
    if finder not in _finders:
        _finders.append(finder)


def address(query: str) -> str:
    """Where the query leads outside the catalogue; empty when it is for the catalogue."""
    return next((found for finder in _finders if (found := finder(query))), "")
