from datetime import datetime
from typing import Any, NamedTuple, Self

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from letters import jobs
from letters.access import coalition_of, desk_page, letter_of, member
from letters.models import Coalition, Letter, User
from letters.roles import May
from signatures import bulk, moderation, notable, reviewing, to_decide
from signatures.desk_forms import NotableNamesForm, ReasonForm
from signatures.models import DecidedComment, DecidedSignature, Decision
from signatures.to_decide import SOURCES, WITH_REASON, Cursor, Source

# What is recorded here; it is kept in English, and translated where it is shown.
ACTIONS = (
    gettext_noop("name approved"),
    gettext_noop("reported signature kept"),
    gettext_noop("decided in bulk"),
    gettext_noop("decision undone"),
    gettext_noop("notable names added"),
    gettext_noop("notable name removed"),
)
REFRESH = 2  # seconds
NEWEST_DECISIONS = 8
CHOSEN_AT_MOST = 100
NAMES_SHOWN = 500


@desk_page(get=May.MODERATE, post=May.MODERATE)
@require_safe
def show_to_decide(request: HttpRequest, coalition: str) -> HttpResponse:
    """What waits under all letters of the coalition."""
    return _queue(request, coalition_of(request, coalition))


@desk_page(get=May.MODERATE, post=May.MODERATE)
@require_safe
def show_letter_to_decide(request: HttpRequest, coalition: str, letter_id: int) -> HttpResponse:
    letter = letter_of(request, coalition, letter_id)
    return _queue(request, letter.lead, letter)


def _queue(request: HttpRequest, coalition: Coalition, letter: Letter | None = None) -> HttpResponse:
    counts = to_decide.counts(coalition, letter)
    source = _source(request.GET.get("what", ""), counts)
    after = Cursor.of(request.GET.get("after", ""))
    context = {
        "coalition": coalition,
        "letter": letter,
        "source": source,
        "sources": [(one, counts[one.name]) for one in SOURCES.values()],
        "page": to_decide.page_of(source, coalition, letter, after),
        "after": request.GET.get("after", ""),
        "until": timezone.now().isoformat(),
        "verbs": [(verb, VERB_NAMES[Decision.Verb(verb)]) for verb in source.verbs],
        "language": get_language(),
        "decisions": coalition.decisions.select_related("made_by")[:NEWEST_DECISIONS],
    }
    return render(request, "desk/to_decide.html", context)


def _source(name: str, counts: dict[str, int]) -> Source:
    """The one asked for, else the first in which something waits."""
    waiting = (source for source in SOURCES.values() if counts[source.name])
    return SOURCES.get(name) or next(waiting, SOURCES["organisations"])


VERB_NAMES = {
    Decision.Verb.APPROVE: gettext_noop("Approve"),
    Decision.Verb.REFUSE: gettext_noop("Refuse"),
    Decision.Verb.KEEP: gettext_noop("Keep"),
    Decision.Verb.REMOVE: gettext_noop("Remove"),
    Decision.Verb.RESOLVE: gettext_noop("Resolve"),
    Decision.Verb.HIDE: gettext_noop("Hide"),
}


# --- Deciding on many ---------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """What is to be decided on which rows: those `chosen`, or all that waited at `until`."""

    source: Source
    verb: str
    until: datetime
    letter: Letter | None
    takes_all: bool
    chosen: list[int]

    @classmethod
    def of(cls, data: QueryDict, letter: Letter | None) -> Self | None:
        """None for what makes no sense."""
        source, until = SOURCES.get(data.get("source", "")), _moment(data.get("until", ""))
        verb = data.get("verb", "")
        if source is None or until is None or verb not in source.verbs:
            return None
        chosen = [_number(pk) for pk in data.getlist("row")[:CHOSEN_AT_MOST]]
        return cls(source, verb, until, letter, bool(data.get("all")), chosen)

    def rows(self, owner: Coalition) -> QuerySet[Any]:
        rows = self.source.until(self.source.waiting(owner, self.letter), self.until)
        return rows if self.takes_all else rows.filter(pk__in=self.chosen)

    @property
    def needs_reason(self) -> bool:
        return self.verb in WITH_REASON


@desk_page(get=May.MODERATE, post=May.MODERATE)
@require_POST
def decide_in_bulk(request: HttpRequest, coalition: str) -> HttpResponse:
    """Says how many rows a decision would touch; `step=decide` takes it."""
    owner = coalition_of(request, coalition)
    letter_id = _number(request.POST.get("letter", ""))
    letter = letter_of(request, coalition, letter_id) if letter_id else None
    asked = Asked.of(request.POST, letter)
    touched = to_decide.by_letter(asked.rows(owner)) if asked else []
    if asked is None or not touched:
        messages.error(request, _("Nothing was decided: choose at least one that still waits."))
        return _to_queue(owner, letter, asked)
    decides = request.POST.get("step") == "decide"
    form = ReasonForm(request.POST if decides else None)
    if not decides or (asked.needs_reason and not form.is_valid()):
        return _preview(request, owner, asked, touched, form)
    reason = form.cleaned_data["reason"] if asked.needs_reason else ""
    decision = _decide(owner, asked, reason, member(request))
    return redirect("desk:decision", owner.slug, decision.pk)


def _decide(owner: Coalition, asked: Asked, reason: str, actor: User) -> Decision:
    if not asked.takes_all:
        rows = asked.rows(owner)
        return bulk.decide_chosen(asked.source, rows, asked.verb, coalition=owner, actor=actor, reason=reason)
    return bulk.decide_all(
        asked.source,
        asked.verb,
        coalition=owner,
        letter=asked.letter,
        until=asked.until,
        actor=actor,
        reason=reason,
    )


def _preview(
    request: HttpRequest, owner: Coalition, asked: Asked, touched: list[tuple[str, int]], form: ReasonForm
) -> HttpResponse:
    context = {
        "coalition": owner,
        "letter": asked.letter,
        "asked": asked,
        "verb_name": VERB_NAMES[Decision.Verb(asked.verb)],
        "touched": touched,
        "total": sum(number for _slug, number in touched),
        "form": form if asked.needs_reason else None,
        "until": asked.until.isoformat(),
    }
    return render(request, "desk/decide_in_bulk.html", context, status=422 if form.errors else 200)


def _to_queue(owner: Coalition, letter: Letter | None, asked: Asked | None) -> HttpResponse:
    path = (
        reverse("desk:letter_to_decide", args=[owner.slug, letter.pk])
        if letter
        else reverse("desk:to_decide", args=[owner.slug])
    )
    return redirect(f"{path}?what={asked.source.name}" if asked else path)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _moment(text: str) -> datetime | None:
    """None for what is no moment with its zone."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    # Near either end of the calendar it has no moment in UTC, which the database asks for.
    return found if found and found.tzinfo and 1 < found.year < 9999 else None


# --- One decision -------------------------------------------------------------------------------------------


@desk_page(get=May.MODERATE, post=May.MODERATE)
def show_decision(request: HttpRequest, coalition: str, decision_id: int) -> HttpResponse:
    """What a decision touched, as far as it has got; a POST stops it, or undoes it as a whole."""
    owner = coalition_of(request, coalition)
    found = owner.decisions.select_related("coalition", "made_by", "undone_by", "job", "undo_job")
    decision = get_object_or_404(found, pk=decision_id)
    if request.method == "POST":
        return _stop(request, decision) if "stop" in request.POST else _undo(request, decision)
    told = "comment__letter" if decision.is_on_comments else "signature__letter"
    rows = decision.touched().order_by("pk").select_related(told)[: to_decide.ON_A_PAGE]
    outcomes = reviewing.outcomes_of(decision)
    leave_at = reviewing.mails_leave_at(decision)
    context = {
        "coalition": owner,
        "decision": decision,
        "rows": [(row, _seen(row)) for row in rows],
        "touched": sum(outcomes.values()),
        "undone": outcomes.get(DecidedSignature.Outcome.UNDONE, 0),
        "changed": outcomes.get(DecidedSignature.Outcome.CHANGED, 0),
        "leave_at": leave_at,
        "is_silent": leave_at > timezone.now(),
        "language": get_language(),
    }
    response = render(request, "desk/decision.html", context)
    if any(job and job.is_unfinished() for job in (decision.job, decision.undo_job)):
        response.headers["Refresh"] = str(REFRESH)
    return response


def _seen(row: DecidedSignature | DecidedComment) -> moderation.Seen | None:
    return moderation.seen_of(row.signature) if isinstance(row, DecidedSignature) else None


def _undo(request: HttpRequest, decision: Decision) -> HttpResponse:
    if reviewing.undo_decision(decision, actor=member(request)):
        messages.success(request, _("The decision was undone."))
    else:
        messages.info(request, _("It was undone already."))
    return redirect("desk:decision", decision.coalition.slug, decision.pk)


def _stop(request: HttpRequest, decision: Decision) -> HttpResponse:
    if decision.job and jobs.cancel_job(decision.job):
        messages.success(request, _("Stopped. What was decided until now stays, and can be undone."))
    else:
        messages.info(request, _("It was over already."))
    return redirect("desk:decision", decision.coalition.slug, decision.pk)


# --- Notable names ------------------------------------------------------------------------------------------


@desk_page(get=May.MODERATE, post=May.MODERATE)
def edit_notable_names(request: HttpRequest, coalition: str) -> HttpResponse:
    """The names in whose case a person looks first: a POST adds some, or removes one."""
    owner = coalition_of(request, coalition)
    if "remove" in request.POST:
        if notable.remove_name(owner, _number(request.POST["remove"]), actor=member(request)):
            messages.success(request, _("The name was removed."))
        return redirect("desk:notable_names", owner.slug)
    form = NotableNamesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        names, note = form.cleaned_data["names"], form.cleaned_data["note"]
        added = notable.add_names(owner, names, note=note, actor=member(request))
        told = ngettext("%s name was added.", "%s names were added.", added) % added
        messages.success(request, told)
        return redirect("desk:notable_names", owner.slug)
    start = " ".join(request.GET.get("after", "").replace("\0", "").split())[:200]
    rows = list(owner.notable_names.filter(name_key__gt=start).order_by("name_key")[: NAMES_SHOWN + 1])
    context = {
        "coalition": owner,
        "form": form,
        "names": rows[:NAMES_SHOWN],
        "next": rows[NAMES_SHOWN - 1].name_key if len(rows) > NAMES_SHOWN else "",
    }
    return render(request, "desk/notable_names.html", context, status=422 if form.errors else 200)
