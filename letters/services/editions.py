"""What an edition's SHA-256 covers, byte for byte, and the moment from which it stays so."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from letters.models import Edition, Letter

ADDRESSEE_FIELDS = ("kind", "position", "name", "office", "institution", "country")
TEXT_FIELDS = ("title", "salutation", "body", "closing")


def canonical_json(letter: Letter, edition: Edition) -> str:
    """The edition's texts, asks and addressees in the canonical form of RFC 8785; no addressee's e-mail.

    All keys are ASCII and all numbers are integers, for which sorting by code point and Python's own escapes are
    what the RFC asks.
    """
    content = {
        "language": letter.original_language,
        "texts": {
            text.language: {field: getattr(text, field) for field in TEXT_FIELDS}
            for text in edition.texts.all()
        },
        "asks": [{"number": number, "texts": texts} for number, texts in edition.asks().items()],
        "addressees": _addressees(letter),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _addressees(letter: Letter) -> list[dict[str, Any]]:
    """To before cc, each numbered from 1 in its order."""
    return [
        {
            **{field: str(getattr(addressee, field)) for field in ADDRESSEE_FIELDS},
            "position": number,
        }
        for group in letter.to_and_cc()
        for number, addressee in enumerate(group, 1)
    ]


@transaction.atomic
def freeze_edition(letter: Letter, *, now: datetime | None = None) -> Edition:
    """The letter's newest edition, frozen and hashed; one that is frozen already stays as it is."""
    edition = letter.editions.select_for_update().order_by("-number", "-revision")[0]
    if edition.frozen_at is None:
        edition.canonical = canonical_json(letter, edition)
        edition.sha256 = hashlib.sha256(edition.canonical.encode()).hexdigest()
        edition.frozen_at = now or timezone.now()
        edition.save(update_fields=["canonical", "sha256", "frozen_at"])
    return edition


def thaw_edition(letter: Letter) -> None:
    """For a letter that was called off before its moment: nothing was public."""
    newest = letter.editions.order_by("-number", "-revision").values("pk")[:1]
    letter.editions.filter(pk__in=list(newest.values_list("pk", flat=True))).update(
        canonical="", sha256="", frozen_at=None
    )
