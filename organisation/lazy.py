"""Lazy imports: names of a package behind which stands a library that few requests and commands need.

Such a library costs every process its memory and the time of its start, so it is loaded when a name is first used. The
package imports these names under `TYPE_CHECKING`, and has `__getattr__ = lazy(...)` otherwise; who uses them writes
`package.name` inside of functions, because `from package import name` uses it.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any


def lazy(package: str, **modules: Iterable[str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package (PEP 562); `modules`: module of the package → the names that come from it.

    Of threads that come at once, all but the first wait at the lock of that module. One library whose modules import
    each other in a circle needs one module as its only door: two threads that enter a circle at two places wait for
    each other, which the import system ends with an error.
    """
    places = {name: module for module, names in modules.items() for name in names}

    def load(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{places[name]}"), name)

    return load
