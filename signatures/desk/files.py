from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from letters.access import desk_page, home_coalition, letter_of, member
from letters.public import versions_of
from letters.roles import May
from letters.services import record_audit
from signatures.exports import full_csv

PUBLIC_FORMATS = ("csv", "xlsx", "json")
TAKEN = gettext_noop("full list exported")  # kept in English, and translated where it is shown
NEWEST_ENTRIES = 10


@desk_page()
@require_safe
def show_exports(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "formats": PUBLIC_FORMATS,
        "versions": versions_of(letter),
        "taken": letter.audit.filter(action=TAKEN).select_related("actor")[:NEWEST_ENTRIES],
    }
    return render(request, "desk/signatures_exports.html", context)


@desk_page(get=May.EXPORT, post=May.EXPORT)
@require_POST
def export_full(request: HttpRequest, coalition: str, letter_id: int) -> StreamingHttpResponse:
    """The list with private data, in the audit log before its first byte leaves."""
    letter = letter_of(request, coalition, letter_id)
    record_audit(letter.lead, TAKEN, letter=letter, actor=member(request))
    name = f"{letter.slug}-full-{timezone.now().date().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(full_csv(letter), content_type="text/csv; charset=utf-8", headers=headers)
