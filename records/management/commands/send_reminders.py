"""`manage.py send_reminders`: tell the staff what is due and overdue; meant to be called every working morning."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from records import apologies, messages, reminders
from records.models import StaffMessage

from .send_messages import PRINTED


class Command(BaseCommand):
    help = (
        "Drafts the apologies that will be needed, and reminds officers of what is due within 3 working days and "
        "within 1, supervisors of what is overdue: of each thing once. Safe to run twice at the same time. What "
        "cannot be sent now is sent by send_messages."
    )

    def handle(self, **options: Any) -> None:
        if settings.IN_SERVICE and settings.EMAIL_BACKEND == PRINTED:
            raise CommandError("EMAIL_URL is not set: e-mails would be printed with the addresses they go to.")
        drafts = apologies.prepare()
        made = reminders.make()
        sent = messages.send_waiting(kinds=[StaffMessage])
        if options["verbosity"] > 0:
            self.stdout.write(
                f"{drafts} drafts of apologies, {made.reminders} reminders in {made.letters} e-mails; "
                f"{sent['sent']} sent, {sent['failed']} failed."
            )
            if made.unreachable:
                self.stdout.write(f"{made.unreachable} people have no e-mail address and were told nothing.")
