"""Sets of documents: kept as integers with a bit for each, asked as arrays."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_, or_

import numpy as np
import numpy.typing as npt

Members = npt.NDArray[np.bool_]  # whether a document belongs to a set


def bits_of(mask: int, size: int) -> Members:
    packed = np.frombuffer(mask.to_bytes(-(-size // 8), "little"), np.uint8)
    return np.unpackbits(packed, bitorder="little", count=size).astype(np.bool_)


def mask_of(numbers: Sequence[int] | npt.NDArray[np.intp], size: int) -> int:
    """The set of these documents, of `size` in all."""
    members = np.zeros(size, np.bool_)
    members[numbers] = True
    return int.from_bytes(np.packbits(members, bitorder="little").tobytes(), "little")


def union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


def intersection(sets: Iterable[int]) -> int:
    """What is in all of the sets; everything when there are none."""
    return reduce(and_, sets, -1)
