"""A log of openings, and nothing more: whatever opens a link, scanners too, decides nothing by it."""

import re

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from signatures.models import Invitation, InvitationLink, Opening
from signatures.room.links import Visit

# Rows that are kept of one invitation; the older ones are folded into a count.
KEPT = 50
# Of what scanners and previewers call themselves. The header is looked at and kept nowhere.
_SCANNER = re.compile(
    r"(?i)bot\b|bot/|crawl|spider|scan|preview|proofpoint|barracuda|mimecast|safelinks|headless|python|curl|wget|"
    r"go-http|java/|okhttp|libwww|http-?client"
)


def method_of(request: HttpRequest) -> str:
    """A coarse guess at what asked."""
    if request.method == "HEAD":
        return Opening.Method.HEAD
    purpose = request.headers.get("Sec-Purpose") or request.headers.get("Purpose") or ""
    if "prefetch" in purpose or request.headers.get("X-Moz") == "prefetch":
        return Opening.Method.PREFETCHED
    agent = request.headers.get("User-Agent", "")
    return Opening.Method.SCANNED if not agent or _SCANNER.search(agent) else Opening.Method.OPENED


@transaction.atomic
def record_opening(visit: Visit, method: str) -> None:
    """Appends to the log, and folds what is older than the newest KEPT into a count."""
    invitation, now = visit.invitation, timezone.now()
    Opening.objects.create(invitation=invitation, link=visit.link, method=method, at=now)
    if method == Opening.Method.OPENED:
        Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=now)
        if visit.link:
            InvitationLink.objects.filter(pk=visit.link.pk, opened_at=None).update(opened_at=now)
    last = invitation.openings.order_by("-id").values_list("pk", flat=True)[KEPT : KEPT + 1]
    if older := list(last):
        folded = invitation.openings.filter(pk__lte=older[0]).delete()[0]
        Invitation.objects.filter(pk=invitation.pk).update(older_openings=F("older_openings") + folded)
