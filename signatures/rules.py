"""What a name, an address and a website must be, and when two of them are the same."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList

# Bidirectional overrides and isolates could make a list read other than it is. ZWNJ and ZWJ are orthography
# (Persian, Sinhala), so they stay.
_FORBIDDEN_FORMAT = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xFFFD)}
_ALLOWED_FORMAT = {"\u200c", "\u200d"}
# Letters, marks and a sign that show nothing: a name of them is an empty line on the list.
_FORBIDDEN = _FORBIDDEN_FORMAT | set("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# A stack of marks that reaches into the lines above and below; no orthography piles up that many.
_HIGHEST_STACK = 6
_LINK_OR_MARKUP = re.compile(r"(?i)[<>{}\\]|://|\bwww\.|\bhttps?:|&#|]\(|\w\.[^\W\d_]{2,}/")
_HAS_LETTER = re.compile(r"[^\W_]", re.UNICODE)
# Joiners and selectors of a glyph, which make no other name.
_ZERO_WIDTH = re.compile("[\u034f\u180b-\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})$")


def clean_text(text: str) -> str:
    """One line in NFC; raises ValidationError for characters that no name has, and for links and markup."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    if any(_is_forbidden(character) for character in text) or _stack(text) > _HIGHEST_STACK:
        raise ValidationError(
            _("This has characters that cannot be shown. Please type it again."), code="characters"
        )
    if _LINK_OR_MARKUP.search(text):
        raise ValidationError(_("Links and markup are not allowed here."), code="markup")
    return text


def clean_name(text: str) -> str:
    """A name as it should appear; raises ValidationError, also for one without any letter and an address."""
    name = clean_text(text)
    if not _HAS_LETTER.search(name):
        raise ValidationError(_("A name has letters in it."), code="letters")
    if "@" in name:
        raise ValidationError(_("This looks like an address; please give the name."), code="address")
    return name


def _is_forbidden(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cf":
        return character not in _ALLOWED_FORMAT
    return character in _FORBIDDEN or category in {"Cc", "Cs", "Co", "Cn"}


def _stack(text: str) -> int:
    """The most marks that stand on one letter."""
    highest = marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        highest = max(highest, marks)
    return highest


def name_key(name: str) -> str:
    """What two spellings of one name have in common: letters, marks and digits, case folded; may be empty."""
    folded = unicodedata.normalize("NFKC", _ZERO_WIDTH.sub("", name)).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")[:200]


# --- Addresses ----------------------------------------------------------------------------------------------

_DATA = Path(__file__).parent / "data"
# Version 1 of the rules, per provider: aliases of the domain, whether dots are ignored, what begins a tag.
_PROVIDERS = {
    "gmail.com": ("gmail.com", True, "+"),
    "googlemail.com": ("gmail.com", True, "+"),
    "outlook.com": ("outlook.com", False, "+"),
    "hotmail.com": ("hotmail.com", False, "+"),
    "live.com": ("live.com", False, "+"),
    "icloud.com": ("icloud.com", False, "+"),
    "me.com": ("icloud.com", False, "+"),
    "mac.com": ("icloud.com", False, "+"),
    "fastmail.com": ("fastmail.com", False, "+"),
    "proton.me": ("proton.me", False, "+"),
    "protonmail.com": ("proton.me", False, "+"),
    "pm.me": ("proton.me", False, "+"),
    "yandex.com": ("yandex.ru", False, "+"),
    "yandex.ru": ("yandex.ru", False, "+"),
    "ya.ru": ("yandex.ru", False, "+"),
}


def clean_address(address: str) -> str:
    """The address as it is mailed (RFC 5321), its domain in ASCII (RFC 5891); raises ValidationError. No DNS is asked.

    A domain left in Unicode would be mailed by the rules of 2003, by which `straße.de` is somebody else's `strasse.de`.
    """
    try:
        checked = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
        return checked.ascii_email or ""
    except EmailNotValidError as error:
        raise ValidationError(_("This is not a valid e-mail address."), code="invalid") from error


def canonical_address(address: str, version: int = 1) -> str:
    """The form in which two addresses of one mailbox are equal; dots and tags count unless the domain is known
    to ignore them. `version` names the rules, since a letter keeps those it began with."""
    local, _at, domain = address.casefold().rpartition("@")
    domain, dots_ignored, tag = _PROVIDERS.get(domain, (domain, False, ""))
    if tag:
        local = local.split(tag, 1)[0] or local
    if dots_ignored:
        local = local.replace(".", "")
    return f"{local}@{domain}"


def quota_address(address: str) -> str:
    """The form by which mails to a mailbox are counted: without tag and dots at any provider, since what is a mailbox
    of its own to one is an alias to the next, and to count two as one costs little."""
    local, _at, domain = canonical_address(address).rpartition("@")
    return f"{(local.split('+', 1)[0] or local).replace('.', '')}@{domain}"


# --- Websites and domains -----------------------------------------------------------------------------------


def clean_website(text: str) -> str:
    """An http(s) URL with a public host name, `https://` assumed; raises ValidationError."""
    url = text.strip()
    url = url if "://" in url else f"https://{url}"
    host = website_host(url)
    if not _HOST.match(host) or urlsplit(url).scheme not in {"http", "https"} or len(url) > 200:
        raise ValidationError(
            _("This is not the address of a website, such as https://example.org."), code="invalid"
        )
    return url


def website_host(url: str) -> str:
    """The host in lower case and ASCII (RFC 5891), without `www.`; empty when there is none."""
    try:
        parts = urlsplit(url)
        if parts.username is not None or any(c.isspace() or ord(c) < 32 for c in url):
            return ""
        host = idna.encode(parts.hostname or "", uts46=True).decode()
    except (ValueError, UnicodeError):
        return ""
    return host.rstrip(".").removeprefix("www.")


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def registrable_domain(host: str) -> str:
    """The domain somebody registered, by the Public Suffix List; empty for a bare suffix."""
    return _public_suffixes().privatesuffix(host.lower()) or ""


@cache
def free_mail_domains() -> frozenset[str]:
    lines = (_DATA / "free_mail_domains.txt").read_text().splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def mailbox_is_on_website(email: str, website: str) -> bool:
    """Whether the address is on the website's own registrable domain; free mail never is."""
    mail_domain = email.rpartition("@")[2].lower()
    own = registrable_domain(website_host(website))
    if not own or own in free_mail_domains() or mail_domain in free_mail_domains():
        return False
    return registrable_domain(mail_domain) == own
