"""`backoffice worker`: runs background jobs and the periodic ones, until told to stop."""

from __future__ import annotations

import asyncio

import structlog

from backoffice.auth import tasks as auth
from backoffice.clients import tasks as clients
from backoffice.crm import tasks as crm
from backoffice.enrichment import tasks as enrichment
from backoffice.insights import tasks as insights
from backoffice.jobs import SESSION, STATE, jobs_app
from backoffice.keys import load_keys
from backoffice.logging import configure_logging
from backoffice.notifications import tasks as notifications
from backoffice.privacy import tasks as privacy
from backoffice.settings import Settings
from backoffice.stack.address import find_address
from backoffice.stack.children import end_with_parent
from backoffice.stack.maintenance import NAMESPACE, maintenance
from backoffice.stack.runtime import make_state
from backoffice.support import tasks as support
from backoffice.users import tasks as users

BLUEPRINTS = {
    NAMESPACE: maintenance,
    auth.NAMESPACE: auth.mails,
    clients.NAMESPACE: clients.clients,
    crm.NAMESPACE: crm.crm,
    enrichment.NAMESPACE: enrichment.enrichment,
    insights.NAMESPACE: insights.insights,
    support.NAMESPACE: support.support,
    notifications.NAMESPACE: notifications.notifications,
    users.NAMESPACE: users.users,
    privacy.NAMESPACE: privacy.privacy,
}
CONCURRENCY = 4
GRACE_SECONDS = 4.0

log = structlog.get_logger("backoffice.worker")


def work(settings: Settings, *, child: bool) -> None:
    """Run jobs; as the server's child, for as long as the server lives."""
    configure_logging(settings)
    if child:
        end_with_parent()
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    keys = load_keys(settings)
    address = find_address(settings, keys)
    app = jobs_app(address.with_role("service_role", SESSION), BLUEPRINTS)
    state = make_state(settings, keys, address)
    _give_metrics(settings)
    async with state.opened(), app.open_async():
        log.info("worker started", tasks=len(app.tasks))
        await app.run_worker_async(
            name="backoffice",
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=GRACE_SECONDS,
            additional_context={STATE: state},
        )
    log.info("worker stopped")


def _give_metrics(settings: Settings) -> None:
    """Numbers of this process, for this machine alone; the queue's are the server's to give."""
    if settings.worker_metrics_port is None:
        return
    from prometheus_client import start_http_server

    from backoffice.metrics_text import process_registry

    try:
        start_http_server(
            settings.worker_metrics_port, addr="127.0.0.1", registry=process_registry()
        )
    except OSError as error:
        log.warning(
            "no metrics of this worker", port=settings.worker_metrics_port, error=str(error)
        )
