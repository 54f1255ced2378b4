from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from letters.access import desk_page, home_coalition, letter_of
from letters.models import Letter
from signatures.numbers import Numbers, as_csv, as_json, numbers_of
from signatures.worldmap import draw_world

FORMATS = {"csv": (as_csv, "text/csv; charset=utf-8"), "json": (as_json, "application/json")}


@desk_page()
@require_safe
def show_numbers(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    numbers = _numbers(request, letter)
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "numbers": numbers,
        "world": draw_world(numbers.by_code),
        "formats": FORMATS,
    }
    return render(request, "desk/numbers.html", context)


@desk_page()
@require_safe
def export_numbers(request: HttpRequest, coalition: str, letter_id: int, extension: str) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    if extension not in FORMATS:
        raise Http404
    write, content_type = FORMATS[extension]
    name = f"{letter.slug}-numbers-{timezone.now().date().isoformat()}.{extension}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(write(_numbers(request, letter)), content_type=content_type, headers=headers)


def _numbers(request: HttpRequest, letter: Letter) -> Numbers:
    """Who may not see who signed is not told of a few either."""
    may_see = request.may["signatures"]  # type: ignore[attr-defined]
    return numbers_of(letter, get_language() or "en", folds=not may_see)
