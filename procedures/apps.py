from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    name = "procedures"
    verbose_name = _("Catalogue of procedures")

    def ready(self) -> None:
        from .guards import install_guards

        # After every migrate, because SQLite drops a table's triggers when a migration rebuilds it.
        post_migrate.connect(install_guards, dispatch_uid="version-guards")
