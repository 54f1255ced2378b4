"""What members type at the desk: normalised and validated, never saved here."""

import zoneinfo
from functools import cache
from typing import Any

from babel.localedata import locale_identifiers
from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.countries import country_choices
from campaign.languages import own_name
from letters import rules
from letters.models import Letter, Official
from letters.models.official import Kind
from letters.services.drafts import PUBLIC_SETTINGS

WITH_SCRIPT_OR_COUNTRY = ("pt-BR", "sr-Latn", "zh-Hans", "zh-Hant")


def refused(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page of a form: 422 when something was posted, since it comes here only if that was refused."""
    return render(request, template, context, status=422 if request.method == "POST" else 200)


@cache
def language_choices() -> list[tuple[str, str]]:
    """All languages of the CLDR as (tag, its own name), by that name."""
    codes = {code for code in locale_identifiers() if "_" not in code and 2 <= len(code) <= 3}
    return sorted(
        ((code, own_name(code)) for code in codes.union(WITH_SCRIPT_OR_COUNTRY)), key=lambda c: c[1]
    )


@cache
def zone_choices() -> list[tuple[str, str]]:
    """UTC and the named places of the time zone database."""
    places = (name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(places))]


class LineField(forms.CharField):
    """One line of text, in NFC and without characters that no text has."""

    def to_python(self, value: Any) -> str:
        return rules.clean_line(super().to_python(value) or "")


class ProseField(forms.CharField):
    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return rules.clean_prose(super().to_python(value) or "")


class AddressField(forms.CharField):
    widget = forms.EmailInput

    def clean(self, value: Any) -> str:
        return rules.clean_email(super().clean(value))


class LanguageField(forms.ChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(choices=lambda: [("", "—"), *language_choices()], **options)

    def valid_value(self, value: Any) -> bool:
        # A letter's file may use any tag of the CLDR, more than the list offers.
        return bool(rules.clean_language(value))


class LanguageForm(forms.Form):
    language = LanguageField(label=_("Language"))


class SettingsForm(forms.Form):
    slug = forms.CharField(
        label=_("Address"), max_length=80, help_text=_("The last part of its public address.")
    )
    accepts_organisations = forms.BooleanField(label=_("Organisations may sign"), required=False)
    accepts_individuals = forms.BooleanField(label=_("People may sign"), required=False)
    opens_at = forms.DateTimeField(
        label=_("Opens"),
        required=False,
        help_text=_("Left empty, it opens when you publish it."),
        validators=[rules.check_moment],
    )
    closes_at = forms.DateTimeField(
        label=_("Closes"),
        required=False,
        help_text=_("Left empty, it stays open until you close it."),
        validators=[rules.check_moment],
    )
    zone = forms.ChoiceField(label=_("Time zone of these times"), choices=zone_choices)

    def __init__(self, data: QueryDict | None = None, *, letter: Letter) -> None:
        self.letter = letter
        super().__init__(data, initial=self._initial())
        for name in ("opens_at", "closes_at"):
            self.fields[name].widget = forms.DateTimeInput(
                {"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            )
        if letter.is_frozen():
            for name in set(self.fields) - {*PUBLIC_SETTINGS, "zone"}:
                del self.fields[name]

    def _initial(self) -> dict[str, Any]:
        settings = {name: getattr(self.letter, name) for name in self.base_fields if name != "zone"}
        return {**settings, "zone": timezone.get_current_timezone_name()}

    def clean_slug(self) -> str:
        return free_slug(self.cleaned_data["slug"], self.letter)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        zone = zoneinfo.ZoneInfo(data.get("zone") or "UTC")
        for name in ("opens_at", "closes_at"):
            if data.get(name):
                data[name] = data[name].replace(tzinfo=zone)
        opens, closes = data.get("opens_at", self.letter.opens_at), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("It cannot close before it opens."))
        if "accepts_individuals" in data and not (
            data["accepts_organisations"] or data["accepts_individuals"]
        ):
            self.add_error("accepts_individuals", _("Somebody must be able to sign."))
        return data


class OfficialForm(forms.ModelForm):
    name = LineField(
        label=_("Full name"),
        max_length=200,
        required=False,
        help_text=_("Left empty, the office stands for it."),
    )
    honorific = LineField(
        label=_("Honorific"), max_length=60, required=False, help_text=_("As it stands before the name.")
    )
    office = LineField(label=_("Office"), max_length=200, required=False)
    institution = LineField(label=_("Institution"), max_length=200, required=False)
    country = forms.ChoiceField(label=_("Country"), choices=country_choices, required=False)
    email = AddressField(label=_("E-mail"), max_length=254)
    language = LanguageField(label=_("Language of mails to them"), initial="en")

    class Meta:
        model = Official
        fields = Official.COPIED

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "name" in data and not data["name"]:
            data["name"] = data.get("office", "")
            if not data["name"]:
                self.add_error("name", _("Give a name or an office."))
        key = {name: data.get(name, "") for name in ("name", "office", "email")}
        same = Official.objects.filter(coalition=self.instance.coalition, **key).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error("name", _("This official is in the registry already."))
        return data


class OfficialChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, official: Official) -> str:
        """Where the office stands for the name it is told once."""
        told = (official.name, official.office, official.institution)
        return ", ".join(dict.fromkeys(part for part in told if part))


class AddresseeForm(forms.Form):
    """An official of the registry whom the letter does not name yet."""

    chosen = OfficialChoiceField(Official.objects.none(), label=_("Official"), empty_label="—")
    kind = forms.ChoiceField(label=_("How"), choices=Kind.choices)

    def __init__(self, data: QueryDict | None = None, *, letter: Letter) -> None:
        super().__init__(data, auto_id="id_chosen_%s")
        named = letter.addressees.filter(official__isnull=False).values("official")
        self.fields["chosen"].queryset = letter.lead.officials.present().exclude(pk__in=named)  # type: ignore[attr-defined]

    def official(self) -> Official:
        return self.cleaned_data["chosen"]


class NewAddresseeForm(OfficialForm):
    """An official who is new in the registry, and named at once."""

    kind = forms.ChoiceField(label=_("How"), choices=Kind.choices)

    def __init__(self, data: QueryDict | None = None, *, letter: Letter) -> None:
        super().__init__(data, instance=Official(coalition=letter.lead))

    def official(self) -> Official:
        return self.save(commit=False)


def free_slug(slug: str, letter: Letter | None = None) -> str:
    """Compared with public letters only, so that a taken slug reveals no embargoed one."""
    rules.clean_slug(slug)
    public = Letter.objects.public().filter(slug=slug)
    if letter:
        public = public.exclude(pk=letter.pk)
    if public.exists():
        raise forms.ValidationError(_("Another letter has this address."), code="taken")
    return slug
