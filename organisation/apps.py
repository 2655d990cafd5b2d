from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    name = "organisation"
    verbose_name = _("Units and people")

    def ready(self) -> None:
        from . import sessions
        from .stamp import forget_with_changes, install_triggers

        # After every migrate, because SQLite drops a table's triggers when a migration rebuilds it.
        post_migrate.connect(install_triggers, dispatch_uid="content-stamp")
        connection_created.connect(forget_with_changes, dispatch_uid="content-stamp")
        user_logged_in.connect(sessions.begin, dispatch_uid="session-begins")
