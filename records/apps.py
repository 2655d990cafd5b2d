from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = _("Records")

    def ready(self) -> None:
        from organisation import demonstration
        from procedures import elsewhere, usual

        from . import lookup
        from .guards import install_guards, make_way
        from .results.demonstration import make
        from .signatures import checks  # noqa: F401 (registers them)
        from .statistics.usual import usual_time

        # After every migrate, because SQLite drops a table's triggers when a migration rebuilds it.
        pre_migrate.connect(make_way, dispatch_uid="record-guards")
        post_migrate.connect(install_guards, dispatch_uid="record-guards")
        elsewhere.register(lookup.address_for)
        usual.register(usual_time)
        demonstration.register(make)
