"""What members type of updates and answers: normalised and validated, never saved here."""

import zoneinfo
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.validators import URLValidator
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from campaign.languages import direction_of, own_name
from letters import rules
from letters.forms import AddressField, LanguageField, LineField, ProseField, zone_choices
from letters.models import Addressee, Letter, Update
from letters.models.answer import AnswerState
from letters.models.update import UpdateKind

BLANK_ROWS = 2
MOST_ROWS = 30


class WebAddressField(forms.CharField):
    """An http or https address, as typed."""

    widget = forms.URLInput
    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=500, required=False, empty_value="", **options)


class AddressOrNothingField(AddressField):
    def clean(self, value: Any) -> str:
        return super().clean(value) if value and value.strip() else ""


class DayField(forms.DateField):
    """A day that is not in the future."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."), code="future")
        if day and day.year < 1900:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class NewUpdateForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=UpdateKind.choices)
    language = LanguageField(label=_("Language"))
    headline = LineField(label=_("Headline"), max_length=300)


class UpdateForm(forms.Form):
    headline = LineField(label=_("Headline"), max_length=300)
    body = ProseField(
        label=_("Text"),
        max_length=60_000,
        required=False,
        help_text=_(
            "Markdown: an empty line between paragraphs, **bold**, *italic*, ## heading, [words](https://…)."
        ),
    )
    addressee = forms.ModelChoiceField(
        Addressee.objects.none(), label=_("Who answered"), empty_label="—", required=False
    )
    said_on = DayField(label=_("Date of the answer"), required=False)
    source_url = WebAddressField(label=_("Source"), help_text=_("Where it can be read, if anywhere."))
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, update: Update, language: str, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("headline", "body"):
            self.fields[name].widget.attrs |= {"lang": language, "dir": direction_of(language)}
        self.fields["body"].widget.attrs["rows"] = 14
        if update.kind == UpdateKind.RESPONSE:
            officials = update.letter.addressees.all()
            self.fields["addressee"].queryset = officials  # type: ignore[attr-defined]
            self.fields["addressee"].required = self.fields["said_on"].required = True
        else:
            for name in ("addressee", "said_on", "source_url"):
                del self.fields[name]

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0

    def seeing(self, version: int) -> "UpdateForm":
        """The same form, with what was typed, as if its writer had begun from `version`."""
        typed = cast(QueryDict, self.data).copy()
        typed["seen"] = str(version)
        self.data = typed
        return self


class QuoteForm(forms.Form):
    words = ProseField(label=_("What they say"), max_length=2000)
    name = LineField(label=_("Spokesperson"), max_length=200)
    role = LineField(label=_("Role"), max_length=200, required=False)
    organisation = LineField(label=_("Organisation"), max_length=200, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["words"].widget.attrs["rows"] = 3


class ContactForm(forms.Form):
    name = LineField(label=_("Name"), max_length=200)
    phone = LineField(label=_("Telephone"), max_length=40, required=False)
    email = AddressOrNothingField(label=_("E-mail"), max_length=254, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name") and not self.errors and not (data.get("phone") or data.get("email")):
            self.add_error("phone", _("Give a telephone number or an address."))
        return data


Quotes = formset_factory(
    QuoteForm, extra=BLANK_ROWS, can_order=True, can_delete=True, absolute_max=MOST_ROWS, max_num=MOST_ROWS
)
Contacts = formset_factory(
    ContactForm, extra=BLANK_ROWS, can_order=True, can_delete=True, absolute_max=MOST_ROWS, max_num=MOST_ROWS
)


def rows_of(formset: BaseFormSet) -> list[dict[str, str]]:
    """What was typed, in the order asked for, without the rows that were struck out or left empty."""
    rows = (form.cleaned_data for form in formset.ordered_forms)
    return [{name: value for name, value in row.items() if name not in ("ORDER", "DELETE")} for row in rows]


class MomentForm(forms.Form):
    """Now, or at a time on the clock of a place."""

    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Left empty, it is published now. Nothing of it is public before."),
        validators=[rules.check_moment],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    zone = forms.ChoiceField(label=_("Time zone of this time"), choices=zone_choices, required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"zone": timezone.get_current_timezone_name()})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["zone"] = data.get("zone") or "UTC"
        at: datetime | None = data.get("at")
        if at:
            data["at"] = at.replace(tzinfo=zoneinfo.ZoneInfo(data["zone"]))
            if data["at"] <= timezone.now():
                self.add_error("at", _("This moment is past. Leave it empty to publish now."))
        return data


class AnswerForm(forms.Form):
    """An entry: which ask, which official, what they answered; a note in each of the letter's languages."""

    ask = forms.ChoiceField(label=_("Ask"))
    addressee = forms.ModelChoiceField(Addressee.objects.none(), label=_("Official"), empty_label="—")
    state = forms.ChoiceField(label=_("Answer"), choices=AnswerState.choices)
    said_on = DayField(label=_("Date"))
    source_url = WebAddressField(label=_("Source"), help_text=_("Where it can be read, if anywhere."))

    def __init__(self, data: QueryDict | None = None, *, letter: Letter) -> None:
        super().__init__(data, initial={"said_on": timezone.localdate(), "state": AnswerState.PROMISED})
        asks = letter.edition.asks_in(letter.original_language)
        self.letter = letter
        self.fields["ask"].choices = [  # type: ignore[attr-defined]
            (str(number), f"{number}. {ask}") for number, ask in asks
        ]
        self.fields["addressee"].queryset = letter.addressees.all()  # type: ignore[attr-defined]
        for text in letter.edition.texts.all():
            label = format_lazy("{} ({})", _("Note"), own_name(text.language))
            field = LineField(label=label, max_length=500, required=False)
            field.widget.attrs |= {"lang": text.language, "dir": direction_of(text.language)}
            self.fields[f"note_{text.language}"] = field

    def entry(self) -> dict[str, Any]:
        """What `record_answer` takes beside the ask, and the number of the ask."""
        data = dict(self.cleaned_data)
        notes = {
            name.removeprefix("note_"): data.pop(name) for name in list(data) if name.startswith("note_")
        }
        return {**data, "notes": notes}
