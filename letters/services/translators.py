"""Inviting somebody without an account to one language of one letter. The link is a signed token that carries the row
and its `link_version`; raising the version revokes it, and no secret is stored."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_noop

from campaign import sealing
from campaign.languages import own_name, speaking
from letters.mailing import Post, drop_mail, owe_mail
from letters.models import Letter, Translator, User
from letters.services.coalitions import record_audit
from letters.services.drafts import add_language

LINK_DAYS = 30
# A dot: base64url has none, and a colon would end a URL in some mail clients.
_signer = signing.Signer(salt="undersigned.translator", sep=".")

ACTIONS = (
    gettext_noop("translator invited"),
    gettext_noop("translator invited again"),
    gettext_noop("translator’s link revoked"),
)


class BrokenLink(Exception):
    """The token is not ours, or was revoked, or its row is gone."""


class OriginalLanguage(Exception):
    """The original is written by members, not translated."""


@transaction.atomic
def invite_translator(letter: Letter, *, language: str, name: str, email: str, actor: User) -> Translator:
    """Adds the language if it is not there, and owes the mail with the link. Raises Frozen and OriginalLanguage."""
    if language == letter.original_language:
        raise OriginalLanguage
    add_language(letter, language=language, actor=actor)
    translator = Translator.objects.create(
        letter=letter,
        language=language,
        name=name,
        sealed=sealing.seal({"email": email}),
        invited_by=actor,
        expires_at=timezone.now() + timedelta(days=LINK_DAYS),
    )
    _owe_invitation(translator)
    _record(translator, "translator invited", actor)
    return translator


@transaction.atomic
def invite_again(translator: Translator, *, actor: User) -> bool:
    """A new link for as long as the first one was; the earlier ones work no more. False for one that was revoked."""
    locked = Translator.objects.select_for_update().get(pk=translator.pk)
    if locked.revoked_at:
        return False
    drop_mail(marks=[_mark(locked)])
    locked.link_version += 1
    locked.expires_at = timezone.now() + timedelta(days=LINK_DAYS)
    locked.save(update_fields=["link_version", "expires_at"])
    _owe_invitation(locked)
    _record(locked, "translator invited again", actor)
    return True


@transaction.atomic
def revoke_translator(translator: Translator, *, actor: User) -> bool:
    """Ends a translator's access at once and destroys their address; False if it had ended. What they wrote stays."""
    locked = Translator.objects.select_for_update().get(pk=translator.pk)
    if locked.revoked_at:
        return False
    drop_mail(marks=[_mark(locked)])
    locked.link_version += 1
    locked.revoked_at, locked.sealed = timezone.now(), b""
    locked.save(update_fields=["link_version", "revoked_at", "sealed"])
    _record(locked, "translator’s link revoked", actor)
    return True


def note_opened(translator: Translator) -> None:
    """When the link was first opened, by the translator or by a mail scanner: it decides nothing."""
    Translator.objects.filter(pk=translator.pk, opened_at=None).update(opened_at=timezone.now())


def make_token(translator: Translator) -> str:
    return _signer.sign_object([translator.pk, translator.link_version])


def translator_url(translator: Translator) -> str:
    return settings.SITE_URL + reverse("letters:translate", args=[make_token(translator)])


def read_token(token: str) -> Translator:
    """The translator whose link this is, expired or not, with the letter's publishers and texts; raises BrokenLink."""
    found = Translator.objects.invited().select_related("letter")
    try:
        pk, version = _signer.unsign_object(token)
        return found.prefetch_related("letter__editions__texts", "letter__publishers__coalition").get(
            pk=pk, link_version=version
        )
    except (signing.BadSignature, Translator.DoesNotExist, ValueError, TypeError) as error:
        raise BrokenLink from error


def _owe_invitation(translator: Translator) -> None:
    letter, language = translator.letter, translator.language
    original = letter.working_edition.text_nearest(letter.original_language)
    with speaking(language):
        until = date_format(translator.expires_at, "DATE_FORMAT")
    context = {
        "name": translator.name,
        "coalition": letter.lead.name,
        "letter_title": original.title or letter.slug,
        "language_name": own_name(language),
        "url": translator_url(translator),
        "until": until,
    }
    email = sealing.open_sealed(translator.sealed)["email"]
    post = Post("invite_translator", _mark(translator), email, language, context)
    owe_mail([post], coalition=letter.lead, letter=letter)


def _mark(translator: Translator) -> str:
    return f"translator:{translator.pk}:{translator.link_version}"


def _record(translator: Translator, action: str, actor: User) -> None:
    letter = translator.letter
    detail = {"translator": translator.pk, "language": translator.language}
    record_audit(letter.lead, action, letter=letter, actor=actor, detail=detail)
