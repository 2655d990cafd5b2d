"""Signatories of a demonstration, whose certificates are the portal's own: they prove nothing to anybody."""

from organisation.models import Agency, User, on_day
from portal import clock
from records import signatures
from records.models import Signatory, SignatoryKind

CENTER = "ttpvhcc"
SIGNER = "demo-signer"  # of `create_demo_users`


def make() -> None:
    """One for each agency that settles electronic procedures today, and the Center's seal; nothing where keys are
    configured."""
    if not signatures.is_demonstration():
        return
    owns = on_day(clock.today(), "fields__") & on_day(clock.today())
    owners = Agency.objects.filter(owns, fields__field__procedures__electronic_process=True).distinct()
    known = set(Signatory.objects.values_list("unit__code", "kind"))
    for agency in owners:
        if (agency.code, SignatoryKind.SIGNATURE) not in known:
            register(agency, agency.code, SignatoryKind.SIGNATURE)
    center = Agency.objects.filter(code=CENTER).first()
    if center and (CENTER, SignatoryKind.SEAL) not in known:
        register(center, "seal", SignatoryKind.SEAL)


def register(unit: Agency, key: str, kind: SignatoryKind) -> Signatory:
    """The signatory of a unit with the certificate of this key; made when there is none."""
    certificate = signatures.certificate_of(key)
    holder = User.objects.filter(username=SIGNER, unit=unit).first()
    facts = {"unit": unit, "name": certificate.name, "kind": kind, "key": key, "holder": holder}
    return Signatory.objects.get_or_create(
        fingerprint=certificate.fingerprint, defaults={**facts, "certificate": certificate.pem}
    )[0]
