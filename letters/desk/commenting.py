"""Comments beside a draft: members write and resolve them, everybody with the right to read sees them."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from letters.access import desk_page, home_coalition, letter_of, member
from letters.forms import refused
from letters.models import Comment, Letter
from letters.paging import page_before
from letters.roles import May
from letters.services.comments import (
    add_comment,
    hide_comment,
    reopen_comment,
    resolve_comment,
    show_comment_again,
)
from letters.writing_forms import CommentForm

ON_A_PAGE = 50
BESIDE_A_DRAFT = 20


@desk_page(post=May.COMMENT)
def list_comments(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """The comments on a letter, newest first: unresolved ones, resolved (`show=resolved`), or for who moderates hidden
    (`show=hidden`); and a form to write one."""
    letter = letter_of(request, coalition, letter_id)
    languages = [text.language for text in letter.working_edition.texts.all()]
    initial = {"language": request.GET.get("language", "")}
    form = CommentForm(request.POST or None, languages=languages, initial=initial)
    if form.is_valid():
        add_comment(letter, author=member(request), **form.cleaned_data)
        messages.success(request, _("Your comment stands beside the draft."))
        return redirect(request.path)
    shows = _shows(request)
    found = _listed(letter, shows).select_related("author", "resolved_by")
    comments, more = page_before(found, "pk", request.GET, ON_A_PAGE)
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "form": form,
        "comments": comments,
        "shows": shows,
        "more": more,
    }
    return refused(request, "desk/comments.html", context)


def _shows(request: HttpRequest) -> str:
    moderates = request.may["moderate"]  # type: ignore[attr-defined]
    shows = request.GET.get("show", "")
    return shows if shows == "resolved" or (shows == "hidden" and moderates) else ""


def _listed(letter: Letter, shows: str) -> QuerySet[Comment]:
    if shows == "hidden":
        return letter.comments.filter(hidden_at__isnull=False)
    return letter.comments.shown().filter(resolved_at__isnull=shows != "resolved")


@desk_page(post=May.COMMENT)
@require_POST
def settle_comment(request: HttpRequest, coalition: str, letter_id: int, comment_id: int) -> HttpResponse:
    """Resolves a comment, or opens it again; either is the other's undo."""
    letter = letter_of(request, coalition, letter_id)
    comment = get_object_or_404(letter.comments.shown(), pk=comment_id)
    settle = reopen_comment if request.POST.get("verb") == "reopen" else resolve_comment
    settle(comment, actor=member(request))
    return redirect("desk:comments", coalition, letter.pk)


@desk_page(post=May.MODERATE)
@require_POST
def moderate_comment(request: HttpRequest, coalition: str, letter_id: int, comment_id: int) -> HttpResponse:
    """Takes a comment out of everybody's sight, or shows it again; either is the other's undo."""
    letter = letter_of(request, coalition, letter_id)
    comment = get_object_or_404(letter.comments, pk=comment_id)
    if request.POST.get("verb") == "show":
        show_comment_again(comment, actor=member(request))
        messages.success(request, _("The comment is shown again."))
    else:
        hide_comment(comment, actor=member(request))
        messages.success(request, _("The comment is hidden. It is kept, and you can show it again."))
    return redirect("desk:comments", coalition, letter.pk)


def comments_beside(letter: Letter, language: str) -> list[Comment]:
    """The newest unresolved ones on that language or on the whole letter, at most BESIDE_A_DRAFT."""
    about = Q(language=language) | Q(language="")
    return list(letter.comments.unresolved().filter(about).select_related("author")[:BESIDE_A_DRAFT])
