"""What narrows the audit log."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from letters.memory import Wanted, actions_of, actions_of_letter
from letters.models import Coalition, Letter

# The newest; an older letter's entries are in its own log.
LETTERS_OFFERED = 100


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class LogForm(forms.Form):
    """What narrows the log; a field that makes no sense says so, and does not narrow."""

    member = forms.TypedChoiceField(
        label=gettext_lazy("Member"), required=False, coerce=int, empty_value=None
    )
    action = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    letter = forms.TypedChoiceField(
        label=gettext_lazy("Letter"), required=False, coerce=int, empty_value=None
    )
    session = forms.RegexField(
        r"^[0-9a-f]{12}$", label=gettext_lazy("Session"), required=False, max_length=12
    )
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("To"))

    def __init__(self, data: Any, *, coalition: Coalition, letter: Letter | None) -> None:
        super().__init__(data)
        self._offer("member", [(one.user_id, str(one.user)) for one in _members(coalition)])
        actions = actions_of_letter(letter) if letter else actions_of(coalition)
        self._offer("action", [(action, _(action)) for action in actions])
        if letter:
            del self.fields["letter"]
        else:
            letters = coalition.publications.standing().order_by("-letter_id")[:LETTERS_OFFERED]
            self._offer("letter", list(letters.values_list("letter_id", "letter__slug")))

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = [("", _("all")), *choices]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        self.full_clean()
        return Wanted(**self.cleaned_data)


def _members(coalition: Coalition) -> Any:
    return coalition.memberships.select_related("user").order_by("pk")
