"""What a line of text, an address, a slug and a language must be, whether typed at the desk or read from a file."""

import re
import unicodedata
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.forms import DateTimeField
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from campaign.converters import LanguageConverter
from campaign.languages import locale_of

LONGEST_TAG = 12  # what is stored of a language

# Overrides and isolates make a text read other than it is; ZWNJ, ZWJ and the plain marks are orthography.
_FORBIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufffd\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LANGUAGE = re.compile(LanguageConverter.regex + r"\Z")


def clean_line(text: str) -> str:
    """One line in NFC, spaces folded; raises ValidationError for characters that no text has."""
    return " ".join(clean_prose(text).split())


def clean_prose(text: str) -> str:
    """Lines in NFC that end in a line feed; raises ValidationError for characters that no text has."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _FORBIDDEN.search(text) or _CONTROL.search(text):
        raise ValidationError(
            _("This has characters that cannot be shown. Please type it again."), code="characters"
        )
    return text


def clean_email(address: str) -> str:
    """The address as it is mailed (RFC 5321), its domain in ASCII (RFC 5891); raises ValidationError."""
    try:
        checked = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
        return checked.ascii_email or ""
    except EmailNotValidError as error:
        raise ValidationError(_("This is not a valid e-mail address."), code="invalid") from error


def clean_slug(text: str) -> str:
    """Small Latin letters, digits, hyphens and underscores; raises ValidationError."""
    validate_slug(text)
    if text != text.lower():
        raise ValidationError(_("Please use small letters."), code="case")
    return text


def check_moment(moment: datetime) -> None:
    """Raises ValidationError for a year in which no letter opens, and which a time zone might carry out of range."""
    if not 1900 < moment.year < 2200:
        raise ValidationError(DateTimeField.default_error_messages["invalid"], code="invalid")


def clean_language(code: str) -> str:
    """A language tag that CLDR knows and an address can carry; raises ValidationError."""
    try:
        locale_of(code)
    except ValueError:
        known = False
    else:
        known = len(code) <= LONGEST_TAG and bool(_LANGUAGE.match(code))
    if not known:
        raise ValidationError(
            _("This is not the tag of a language, such as en, ur or pt-BR."), code="language"
        )
    return code
