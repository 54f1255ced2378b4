"""The audit log at the desk: of a coalition, and of one letter."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from letters import memory
from letters.access import coalition_of, desk_page, home_coalition, letter_of, member
from letters.log_forms import LogForm
from letters.models import AuditEntry, Coalition, Letter
from letters.roles import May
from letters.services import record_audit


@desk_page()
@require_safe
def show_log(request: HttpRequest, coalition: str) -> HttpResponse:
    owner = coalition_of(request, coalition)
    return _log(request, owner, owner.audit.all())


@desk_page()
@require_safe
def show_letter_log(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    return _log(request, home_coalition(request), letter.audit.all(), letter)


@desk_page(get=May.MANAGE, post=May.MANAGE)
@require_POST
def export_log(request: HttpRequest, coalition: str) -> HttpResponseBase:
    owner = coalition_of(request, coalition)
    return _export(request, owner, owner.audit.all())


@desk_page(get=May.MANAGE, post=May.MANAGE)
@require_POST
def export_letter_log(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponseBase:
    letter = letter_of(request, coalition, letter_id)
    return _export(request, home_coalition(request), letter.audit.all(), letter)


def _log(
    request: HttpRequest, coalition: Coalition, entries: QuerySet[AuditEntry], letter: Letter | None = None
) -> HttpResponse:
    form = LogForm(request.GET, coalition=coalition, letter=letter)
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    rows, following = memory.page_of(entries, form.wanted(), before=before)
    kept = request.GET.copy()
    kept.pop("before", None)
    context = {
        "coalition": coalition,
        "letter": letter,
        "form": form,
        "told": memory.tell(rows, coalition),
        "next": following,
        "is_first": not before,
        "query": kept.urlencode(),
    }
    return render(request, "desk/audit.html", context)


def _export(
    request: HttpRequest, coalition: Coalition, entries: QuerySet[AuditEntry], letter: Letter | None = None
) -> StreamingHttpResponse:
    """As the page is narrowed; noted in the log before its first byte leaves."""
    wanted = LogForm(request.GET, coalition=coalition, letter=letter).wanted()
    record_audit(coalition, "log exported", letter=letter, actor=member(request))
    name = f"{letter.slug if letter else coalition.slug}-log-{timezone.now().date().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    lines = memory.export_lines(wanted.narrow(entries))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
