"""The coalition's door: handing a letter over, and the ledger of what became of each delivery."""

import nh3
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.languages import direction_of, own_name
from campaign.queue import wake
from deliveries import services
from deliveries.forms import DecisionForm, HandOverForm, TrialForm
from deliveries.mail import (
    compose_mail,
    document_name,
    sample_deliveries,
    sample_occasion,
    sender_shown,
    subject_of,
    text_for,
)
from deliveries.models import Delivery, Occasion
from letters.access import desk_page, home_coalition, letter_of, member
from letters.models import Letter
from letters.roles import May

# How soon a page with unfinished deliveries asks again, in seconds.
REFRESH = 5
PREVIEW_TAGS = {"p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "a", "ul", "ol", "li"}
PREVIEW_TAGS |= {"blockquote", "pre", "code", "hr", "div", "span", "bdi"}
PREVIEW_ATTRIBUTES = {"*": {"lang", "dir"}, "a": {"href"}, "li": {"value"}, "ol": {"start"}}


@desk_page(post=May.LAUNCH)
def deliveries(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    """Before: what will be sent to whom; after: the ledger, which asks again while something is unfinished."""
    letter = letter_of(request, coalition, letter_id)
    if request.method == "POST":
        _hand_over(request, letter)
        return redirect("desk:deliveries", coalition, letter_id)
    occasions = _occasions(letter)
    is_unfinished = any(
        _is_moving(delivery) for occasion in occasions for delivery in occasion.deliveries.all()
    )
    owed = services.addressees_owed(letter, letter.edition)
    samples = sample_deliveries(letter)
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "is_public": letter.is_public(),
        "occasions": occasions,
        "newest": occasions[0].number if occasions else 0,
        "is_unfinished": is_unfinished,
        "refresh": REFRESH,
        "owed": [
            (addressee, own_name(text_for(letter.edition, addressee.language).language)) for addressee in owed
        ],
        "occasion": sample_occasion(letter),
        "sender": sender_shown(letter),
        "samples": [
            (language, own_name(language), subject_of(text_for(letter.edition, language)))
            for language in samples
        ],
        "document": document_name(next(iter(samples.values()))) if samples else "",
    }
    response = render(request, "desk/deliver.html", context)
    if is_unfinished:
        response.headers["Refresh"] = str(REFRESH)
    return response


def _occasions(letter: Letter) -> list[Occasion]:
    """The newest first, with all that the ledger shows."""
    rows = Prefetch("deliveries", Delivery.objects.select_related("edition").prefetch_related("events"))
    return list(letter.occasions.select_related("created_by").prefetch_related(rows).order_by("-number"))


def _is_moving(delivery: Delivery) -> bool:
    """Whether it may change within the next minutes; a server that asked to wait may take hours."""
    soon = (delivery.due_at - timezone.now()).total_seconds() < 10 * REFRESH or not delivery.attempts
    return delivery.state == Delivery.State.CLAIMED or (delivery.state == Delivery.State.QUEUED and soon)


def _hand_over(request: HttpRequest, letter: Letter) -> None:
    form = HandOverForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was handed over: the form was not complete."))
        return
    try:
        occasion = services.make_occasion(letter, actor=member(request), **form.cleaned_data)
    except services.CannotHandOver as error:
        messages.error(request, str(error))
        return
    if occasion is None:
        messages.info(request, _("Nothing is owed: everybody has this edition, or somebody was faster."))
        return
    number = occasion.deliveries.count()
    said = ngettext("%s delivery is on its way.", "%s deliveries are on their way.", number) % number
    messages.success(request, said)


@desk_page()
def delivery_preview(request: HttpRequest, coalition: str, letter_id: int, language: str) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    sample = sample_deliveries(letter).get(language)
    if sample is None:
        raise Http404
    mail = compose_mail(sample, None, shows_attachment=True)
    context = {
        "coalition": home_coalition(request),
        "letter": letter,
        "mail": mail,
        "sample": sample,
        "html": _inert(str(mail.alternatives[0][0])),
        "mail_language": language,
        "mail_direction": direction_of(language),
        "language_name": own_name(language),
        "sender": sender_shown(letter),
        "document": document_name(sample),
    }
    return render(request, "desk/deliver_preview.html", context)


def _inert(html: str) -> SafeString:
    """A mail's HTML without its own looks, which this page's policy would refuse."""
    return mark_safe(nh3.clean(html, tags=PREVIEW_TAGS, attributes=PREVIEW_ATTRIBUTES))


@desk_page(get=May.LAUNCH, post=May.LAUNCH)
def delivery_trial(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    form = TrialForm(request.POST)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.cleaned_data["language"] in sample_deliveries(letter)
    ):
        user = member(request)
        wake("deliveries.tasks.send_trial", letter.pk, user.pk, form.cleaned_data["language"])
        messages.success(request, _("A trial is on its way to %s.") % user.email)
    return redirect("desk:deliveries", coalition, letter_id)


@desk_page(get=May.LAUNCH, post=May.LAUNCH)
def delivery_decide(request: HttpRequest, coalition: str, letter_id: int, delivery_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    delivery = get_object_or_404(
        Delivery.objects.select_related("occasion"), pk=delivery_id, occasion__letter=letter
    )
    form = DecisionForm(request.POST)
    if request.method == "POST" and form.is_valid():
        if _decide(request, delivery, form):
            messages.success(request, _("Noted."))
        else:
            messages.info(request, _("This delivery has moved on meanwhile; nothing was changed."))
    return redirect("desk:deliveries", coalition, letter_id)


def _decide(request: HttpRequest, delivery: Delivery, form: DecisionForm) -> bool:
    action, actor = form.cleaned_data["action"], member(request)
    if action == DecisionForm.ANSWERED:
        return services.mark_answered(delivery, actor=actor, note=form.cleaned_data["note"])
    return services.resolve_unknown(delivery, actor=actor, resend=action == DecisionForm.RESEND)
