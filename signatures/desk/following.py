from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from letters import answers
from letters.access import desk_page, home_coalition, letter_of, member
from letters.forms import LineField, refused
from letters.models import Letter
from letters.offices import present_holders
from letters.roles import May
from letters.services.follow_up import draft_following, start_follow_up
from signatures.follow import invite_again
from signatures.public import counts_of


class FollowUpForm(forms.Form):
    title = LineField(label=gettext_lazy("Title"), max_length=300)
    asks = forms.MultipleChoiceField(
        label=gettext_lazy("Asks to put again"), required=False, widget=forms.CheckboxSelectMultiple
    )
    another = forms.BooleanField(
        label=gettext_lazy("Begin another follow-up beside the one in writing"), required=False
    )

    def __init__(self, data: Any = None, *, asks: list[tuple[int, str]], has_draft: bool) -> None:
        super().__init__(data, initial={"asks": [str(number) for number, _ask in asks]})
        choices = [(str(number), f"{number}. {ask}") for number, ask in asks]
        self.fields["asks"].choices = choices  # type: ignore[attr-defined]
        if not asks:
            del self.fields["asks"]
        if not has_draft:
            del self.fields["another"]


@desk_page(get=May.WRITE)
def follow_up(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Says what a follow-up takes over from the letter, and begins its draft."""
    letter = letter_of(request, coalition, letter_id)
    prefetch_related_objects([letter], "editions__ask_texts", "addressees")
    asks = asks_to_put_again(letter)
    draft = draft_following(letter)
    form = FollowUpForm(request.POST or None, asks=asks, has_draft=draft is not None)
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "form": form,
        "draft": draft,
        "carried": present_holders(letter),
        "organisations": counts_of(letter).organisations,
    }
    if not letter.is_public():
        status = 409 if request.method == "POST" else 200
        return render(request, "desk/follow_up.html", context, status=status)
    if request.method != "POST" or not form.is_valid():
        return refused(request, "desk/follow_up.html", context)
    return _begin(request, letter, form)


def asks_to_put_again(letter: Letter) -> list[tuple[int, str]]:
    """(number, text) of the asks that not every addressee has kept."""
    kept = answers.kept_by_all(letter)
    asks = letter.edition.asks_in(letter.original_language)
    return [(number, ask) for number, ask in asks if number not in kept]


def _begin(request: HttpRequest, letter: Letter, form: FollowUpForm) -> HttpResponse:
    chosen = {int(number) for number in form.cleaned_data.get("asks", [])}
    with transaction.atomic():
        draft, is_new = start_follow_up(
            letter,
            title=form.cleaned_data["title"],
            asks=chosen,
            another=form.cleaned_data.get("another", False),
            actor=member(request),
        )
        invited = invite_again(letter, draft, actor=member(request)) if is_new else None
    if invited is None:
        messages.error(request, _("A follow-up is in writing already; this is it."))
    else:
        said = ngettext(
            "%s organisation has its place in the sign-on room; nothing was mailed.",
            "%s organisations have their place in the sign-on room; nothing was mailed.",
            invited.number,
        )
        messages.success(request, said % invited.number)
        if invited.without_contact:
            few = ngettext(
                "Of %s of them no contact is known yet.",
                "Of %s of them no contact is known yet.",
                invited.without_contact,
            )
            messages.warning(request, few % invited.without_contact)
    return redirect("desk:letter", letter.lead.slug, draft.pk)
