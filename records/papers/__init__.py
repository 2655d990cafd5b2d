"""What is drawn for the electronic process: a result from a template, its copy for printing, the electronic seal; and
the letters of a batch as one file.

Bytes in, bytes out. What stands on them is Vietnamese, as on every document of an authority.
"""

from typing import TYPE_CHECKING

from organisation.lazy import lazy

from .drawing import letterhead, result, stamp

if TYPE_CHECKING:
    from .copies import print_copy
    from .joining import joined
else:  # they need pypdf
    __getattr__ = lazy(__name__, copies=["print_copy"], joining=["joined"])

__all__ = ["joined", "letterhead", "print_copy", "result", "stamp"]
