"""The app on somebody's phone: one-time codes as RFC 6238 says, without the library that the portal uses."""

import base64
import hmac
import struct
import time

SECONDS = 30


def code(secret: str, later: int = 0) -> str:
    """The six digits that an app with `secret` (base32, spaces allowed) shows now, or `later` steps from now."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // SECONDS + later), "sha1")
    offset = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[offset : offset + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"
