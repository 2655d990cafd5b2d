"""Which address a request comes from: what attempts are counted by."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# One customer holds a whole IPv6 network of this size, and could come from another address each time.
IPV6_NETWORK = 64


def normalised(text: str) -> str | None:
    """`text` as an IPv4 address, or as the first address of its IPv6 network; None when it is no address."""
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False).network_address)


def client_address(request: HttpRequest) -> str | None:
    """The visitor's address; None when nobody tells it.

    In service the reverse proxy appends it to X-Forwarded-For, so the last one there is the only one that the
    visitor cannot invent; elsewhere nobody stands in front and the header is not looked at.
    """
    direct = normalised(request.META.get("REMOTE_ADDR", ""))
    if not settings.IN_SERVICE:
        return direct
    return normalised(request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2]) or direct
