"""How gunicorn serves the portal; a reverse proxy stands in front of it in service."""

import gc
import logging
import os

# This machine only: the reverse proxy is what faces the network.
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"

workers = 2
worker_class = "gthread"
threads = 4
# Off: each worker opens its own database connections and builds its own search index.
preload_app = False

# No bound here: a query of 10,000 characters must reach the portal and get its helpful page rather than
# gunicorn's bare 400. The reverse proxy bounds what comes from outside.
limit_request_line = 0

timeout = 30
graceful_timeout = 15  # a restart lets running requests end
keepalive = 5

# Off: addresses hold what citizens searched for. The reverse proxy logs what operation needs.
accesslog = None
loglevel = "warning"

# Off: its one file per user would be shared by every portal that this user runs.
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """Build the search index before the first visitor asks; a database that is away is told to visitors, not here."""
    from django.db import DatabaseError, InterfaceError

    from procedures import search
    from procedures.warm import warm

    try:
        warm(search.current())
        # A million small objects that stay: left out of every collection from here on.
        gc.collect()
        gc.freeze()
    except (DatabaseError, InterfaceError) as error:
        logging.getLogger("gunicorn.error").warning("The search index waits for the database: %s", error)


def worker_exit(server: object, worker: object) -> None:
    """Write the searches that were counted since the last time."""
    from procedures.learning import counting

    counting.flush()
