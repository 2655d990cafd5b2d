"""What a process of a simulation starts with: it imports no models before Django is ready."""

from typing import Any

world: Any = None


def prepare(database: str, versions: dict[int, int]) -> None:
    """Make Django ready on the database that the starting process uses, which in a test is not the configured one."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from .world import World

    global world
    world = World(versions)


def work(job: tuple[Any, Any]) -> Any:
    from .run import write_days

    return write_days(*job, world)
