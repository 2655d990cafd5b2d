"""Trusted timestamps (RFC 3161) from the service that `settings.PORTAL_TIMESTAMP_URL` names; without it, none."""

import asyncio
import urllib.error
import urllib.request

from asn1crypto import tsp
from django.conf import settings
from pyhanko.sign.timestamps import TimeStamper

from .faults import Fault, FaultKind

SECONDS = 10


class Service(TimeStamper):
    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return await asyncio.to_thread(ask, req.dump())


def ask(question: bytes) -> tsp.TimeStampResp:
    """Raises Fault: no_timestamp."""
    headers = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(settings.PORTAL_TIMESTAMP_URL, question, headers)  # noqa: S310 (settings.py)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return tsp.TimeStampResp.load(answer.read())
    except urllib.error.HTTPError as error:
        error.close()
        raise Fault(FaultKind.NO_TIMESTAMP) from error
    except (OSError, ValueError) as error:
        raise Fault(FaultKind.NO_TIMESTAMP) from error


def timestamper() -> TimeStamper | None:
    return Service() if settings.PORTAL_TIMESTAMP_URL else None
