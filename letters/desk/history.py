"""Every saved version of a text: listed, read, compared with any other, restored."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from campaign.languages import direction_of
from letters import services
from letters.access import desk_page, home_coalition, letter_of, member
from letters.differences import compare
from letters.models import TextVersion
from letters.paging import page_before
from letters.services.drafts import restores_asks
from letters.services.versions import newest_number, versions_at

ON_A_PAGE = 30


@desk_page()
@require_safe
def list_versions(request: HttpRequest, coalition: str, letter_id: int, language: str) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    found = TextVersion.objects.of(letter, language).defer("body", "asks")
    versions, more = page_before(found, "number", request.GET, ON_A_PAGE)
    if not versions and letter.working_edition.text_in(language) is None:
        raise Http404
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "language": language,
        "is_removed": letter.working_edition.text_in(language) is None,
        "versions": versions,
        "more": more,
        "is_first_page": "before" not in request.GET,
    }
    return render(request, "desk/versions.html", context)


@desk_page()
@require_safe
def show_version(
    request: HttpRequest, coalition: str, letter_id: int, language: str, version_number: int
) -> HttpResponse:
    """One version, and what changed in it since another (`against`; else the one before)."""
    letter = letter_of(request, coalition, letter_id)
    wanted = request.GET.get("against", "")
    against = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 else version_number - 1
    found = versions_at(letter, language, [version_number, against])
    version, other = _found(found, version_number), found.get(against)
    newest = newest_number(letter, language)
    is_current = version_number == newest and letter.working_edition.text_in(language) is not None
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "language": language,
        "version": version,
        "other": other,
        "newest": newest,
        "text_direction": direction_of(language),
        "difference": compare(other.content(), version.content(), language) if other else None,
        "can_restore": not is_current and not letter.text_is_frozen() and request.may["write"],  # type: ignore[attr-defined]
    }
    return render(request, "desk/version.html", context)


@desk_page()
@require_POST
def restore_version(
    request: HttpRequest, coalition: str, letter_id: int, language: str, version_number: int
) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    version = _found(versions_at(letter, language, [version_number]), version_number)
    try:
        saved = services.restore_version(letter, version=version, actor=member(request))
    except services.Frozen:
        messages.error(request, _("This edition is frozen: no earlier version can be restored in it."))
        return redirect("desk:text_version", coalition, letter.pk, language, version_number)
    if saved:
        messages.success(request, _("Version %d was restored, as a new version.") % version_number)
        if not restores_asks(letter, version):
            messages.info(
                request, _("The asks stayed as they are: before the launch they had other numbers.")
            )
    else:
        messages.info(request, _("The text is like that version already."))
    return redirect("desk:letter_text", coalition, letter.pk, language)


def _found(versions: dict[int, TextVersion], number: int) -> TextVersion:
    if number not in versions:
        raise Http404
    return versions[number]
