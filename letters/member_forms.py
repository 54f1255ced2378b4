"""What is typed about members, their invitations and their coalition."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from campaign.languages import own_name
from letters import rules
from letters.forms import AddressField, LineField
from letters.models import Coalition, User
from letters.models.people import Role


def _interface_languages() -> list[tuple[str, str]]:
    return [(code, own_name(code)) for code, _name in settings.LANGUAGES]


class InviteForm(forms.Form):
    email = AddressField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=_interface_languages)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class JoinForm(forms.Form):
    """A name and a password for the account of an address that was invited."""

    name = LineField(label=_("Your name"), max_length=200, help_text=_("Other members see it."))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )

    def __init__(self, *args: Any, email: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email = email

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if password := values.get("password"):
            try:
                validate_password(password, User(email=self.email, name=values.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return values


class CoalitionForm(forms.ModelForm):
    """The coalition itself; who has no second factor cannot ask others for one."""

    name = LineField(label=_("Name"), max_length=200)
    email = AddressField(
        label=_("Contact address"),
        max_length=254,
        help_text=_("Officials and signatories answer to this address."),
    )
    website = forms.URLField(label=_("Website"), required=False, max_length=200, assume_scheme="https")
    requires_second_factor = forms.BooleanField(
        label=_("Members need a second factor"),
        required=False,
        help_text=_(
            "A member without an authenticator app or a passkey is asked to set one up before any page of this "
            "coalition opens."
        ),
    )

    class Meta:
        model = Coalition
        fields = ["name", "email", "website"]

    def __init__(self, *args: Any, has_second_factor: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.has_second_factor = has_second_factor
        self.fields["requires_second_factor"].initial = self.instance.second_factor_required_at is not None

    def clean_requires_second_factor(self) -> bool:
        wanted = self.cleaned_data["requires_second_factor"]
        if wanted and not self.has_second_factor:
            raise forms.ValidationError(
                _("Set up a second factor for yourself first; then you can ask others for one."), code="own"
            )
        return wanted


class PublisherForm(forms.Form):
    slug = forms.CharField(
        label=_("Address of the coalition"),
        max_length=80,
        help_text=_(
            "The part of its desk’s address after /desk/, for example open-net. Ask its owners for it."
        ),
    )

    def clean_slug(self) -> str:
        return rules.clean_slug(self.cleaned_data["slug"].strip().strip("/").lower())
