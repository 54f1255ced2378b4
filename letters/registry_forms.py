"""What members type of the registry of officials: normalised and validated, never saved here."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.countries import country_choices
from letters import registry
from letters.forms import AddressField, LanguageField, LineField, OfficialForm, zone_choices
from letters.models import Official
from letters.update_forms import DayField


class RegistryForm(OfficialForm):
    """All that the registry holds of an official."""

    further_emails = forms.CharField(
        label=_("Further addresses"), required=False, help_text=_("Kept beside; mails go to the first one.")
    )
    further_languages = forms.CharField(
        label=_("Further languages"), required=False, help_text=_("Their tags, such as: ur ps pt-BR")
    )
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [("", "—"), *zone_choices()], required=False
    )
    held_from = DayField(label=_("In office since"), required=False)
    held_until = DayField(label=_("In office until"), required=False)

    class Meta:
        model = Official
        fields = (*Official.COPIED, "further_emails", "further_languages", "zone", "held_from", "held_until")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("further_emails", "further_languages"):
            self.initial[name] = " ".join(getattr(self.instance, name))

    def clean_further_emails(self) -> list[str]:
        return registry.clean_emails(self.cleaned_data["further_emails"])

    def clean_further_languages(self) -> list[str]:
        return registry.clean_languages(self.cleaned_data["further_languages"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        since, until = data.get("held_from"), data.get("held_until")
        if since and until and until < since:
            self.add_error("held_until", _("The office cannot end before it begins."))
        return data


class SuccessorForm(forms.Form):
    """Who holds an office next; what is the office's own is taken over."""

    since = DayField(label=_("In office since"))
    name = LineField(label=_("Full name"), max_length=200)
    honorific = LineField(label=_("Honorific"), max_length=60, required=False)
    email = AddressField(label=_("E-mail"), max_length=254)
    language = LanguageField(label=_("Language of mails to them"))

    def __init__(self, data: QueryDict | None = None, *, official: Official) -> None:
        self.official = official
        initial = {"email": official.email, "language": official.language, "since": timezone.localdate()}
        super().__init__(data, initial=initial)

    def clean_since(self) -> Any:
        since, begun = self.cleaned_data["since"], self.official.held_from
        if begun and since < begun:
            raise forms.ValidationError(_("The office cannot end before it begins."), code="order")
        return since

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        key = {"name": data.get("name"), "office": self.official.office, "email": data.get("email")}
        if Official.objects.filter(coalition=self.official.coalition, **key).exists():
            self.add_error("name", _("This official is in the registry already."))
        return data


class SearchForm(forms.Form):
    """What part of the registry is asked for; what makes no sense is left out."""

    q = forms.CharField(label=_("Name, office or institution"), max_length=100, required=False)
    country = forms.ChoiceField(label=_("Country"), choices=country_choices, required=False)
    shown = forms.ChoiceField(
        label=_("Which"),
        required=False,
        choices=[
            ("", _("in office")),
            ("all", _("all, former ones too")),
            ("old", _("not checked for half a year")),
        ],
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["q"].widget.attrs["class"] = "form-control"
        for name in ("country", "shown"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def wanted(self) -> dict[str, str]:
        """By field; nothing for what is not valid."""
        self.is_valid()
        return {name: str(self.cleaned_data.get(name) or "") for name in self.fields}


class ImportForm(forms.Form):
    file = forms.FileField(label=_("A CSV file"), required=False)
    text = forms.CharField(
        label=_("or its rows, pasted"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 8, "dir": "auto"}),
        help_text=_("The first row names the columns."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload = data.get("file")
        if upload:
            if upload.size > registry.MOST_BYTES:
                raise forms.ValidationError(
                    _("The file is too large. Please import it in parts."), code="large"
                )
            try:
                data["text"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError(
                    _("The file is not UTF-8. Please save it as “CSV UTF-8”."), code="encoding"
                ) from error
        if not (data.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file, or paste its rows."), code="required")
        return data
