"""What a load balancer asks: is the process alive, and can it reach the parts it needs."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from campaign.celery import app

BROKER_SECONDS = 2


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database and the queue answer, else 503 with the names of those that do not."""
    silent = [name for name, answers in PARTS.items() if not answers()]
    said = f"not ready: {', '.join(silent)}\n" if silent else "ready\n"
    return HttpResponse(said, content_type="text/plain", status=503 if silent else 200)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def queue_answers() -> bool:
    try:
        with app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OperationalError, OSError):
        return False
    return True


PARTS: dict[str, Callable[[], bool]] = {"database": database_answers, "queue": queue_answers}
