"""What needs pyHanko, which takes 17 MB and half a second to load. This is its only door: its modules import each
other in circles, and two threads would meet in them."""

from .documents import inspect, parsing
from .reading import read
from .signers import certificate_of
from .signing import seal, sign

__all__ = ["certificate_of", "inspect", "parsing", "read", "seal", "sign"]
