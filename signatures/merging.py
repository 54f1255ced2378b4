"""Two rows of the registry that turn out to be one organisation: merged, and parted again if that was wrong."""

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_noop

from letters.models import User
from letters.services import record_audit
from signatures.models import ImportRow, Invitation, Organisation, OrganisationMerge, OtherName, Signature
from signatures.models.signature import PLACED

ACTIONS = (
    gettext_noop("organisations merged"),
    gettext_noop("organisations parted again"),
)
# The columns of the row that goes, as JSON has them.
COLUMNS = ("id", "name", "name_key", "country", "website", "domain", "evidence", "verified_by_id")
MOMENTS = ("verified_at", "created_at")


class CannotMerge(Exception):
    """Both stand under, or are mailed in the room of, the same letter; or they are one row."""


class CannotPart(Exception):
    """Its name is in the registry again, so that it can't come back; or it was parted before."""


@dataclass
class Preview:
    """What merging `gone` into `kept` would move, and the letters for whose sake it can't be done."""

    kept: Organisation
    gone: Organisation
    signatures: list[int] = field(default_factory=list)
    invitations: list[int] = field(default_factory=list)
    # Places in a room where the other has one too, and nobody was written to.
    dropped: list[Invitation] = field(default_factory=list)
    both_signed: list[str] = field(default_factory=list)
    both_invited: list[str] = field(default_factory=list)

    @property
    def is_possible(self) -> bool:
        return not self.both_signed and not self.both_invited and self.kept.pk != self.gone.pk


def preview_merge(kept: Organisation, gone: Organisation) -> Preview:
    preview = Preview(kept, gone)
    standing = Signature.objects.filter(organisation=kept, state__in=PLACED)
    signed = set(standing.values_list("letter_id", flat=True))
    for row in (
        Signature.objects.filter(organisation=gone).select_related("letter").only("letter__slug", "state")
    ):
        preview.signatures.append(row.pk)
        if row.state in PLACED and row.letter_id in signed:
            preview.both_signed.append(row.letter.slug)
    invited = set(Invitation.objects.filter(organisation=kept).values_list("letter_id", flat=True))
    for place in Invitation.objects.filter(organisation=gone).select_related("letter").order_by("pk"):
        if place.letter_id not in invited:
            preview.invitations.append(place.pk)
        elif place.invited_at or place.answer or place.signature_id:
            preview.both_invited.append(place.letter.slug)
        else:
            preview.dropped.append(place)
    return preview


def merge_organisations(kept: Organisation, gone: Organisation, *, actor: User) -> OrganisationMerge:
    """Moves all that is `gone`'s to `kept`, which is known by its name too from now on. Raises CannotMerge."""
    try:
        with transaction.atomic():
            rows = Organisation.objects.select_for_update().filter(pk__in=[kept.pk, gone.pk]).order_by("pk")
            locked = {row.pk: row for row in rows}
            if len(locked) != 2:
                raise CannotMerge
            preview = preview_merge(locked[kept.pk], locked[gone.pk])
            if not preview.is_possible:
                raise CannotMerge
            return _merge(preview, actor)
    except (IntegrityError, ProtectedError) as error:
        raise CannotMerge from error


def _merge(preview: Preview, actor: User) -> OrganisationMerge:
    kept, gone = preview.kept, preview.gone
    merge = OrganisationMerge.objects.create(
        coalition=kept.coalition, kept=kept, gone=_columns(gone), moved=_moved(preview), merged_by=actor
    )
    Signature.objects.filter(pk__in=preview.signatures).update(organisation=kept)
    Invitation.objects.filter(pk__in=preview.invitations).update(organisation=kept)
    for place in preview.dropped:
        Invitation.objects.filter(letter=place.letter_id, organisation=kept, sealed=None).update(
            sealed=place.sealed
        )
        place.delete()
    gone.other_names.update(organisation=kept)
    ImportRow.objects.filter(organisation=gone).update(organisation=kept)
    gone.delete()
    OtherName.objects.create(
        coalition=kept.coalition,
        organisation=kept,
        name=gone.name,
        name_key=gone.name_key,
        country=gone.country,
    )
    _audit(merge, "organisations merged", actor)
    return merge


def _columns(gone: Organisation) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(gone, name) for name in COLUMNS}
    moments = ((name, getattr(gone, name)) for name in MOMENTS)
    return row | {"country": str(gone.country)} | {name: at and at.isoformat() for name, at in moments}


def _moved(preview: Preview) -> dict[str, Any]:
    return {
        "signatures": preview.signatures,
        "invitations": preview.invitations,
        "other_names": list(preview.gone.other_names.values_list("pk", flat=True)),
        "dropped": [
            {
                "letter_id": place.letter_id,
                "sealed": b64encode(place.sealed).decode() if place.sealed else "",
                "language": place.language,
                "zone": place.zone,
            }
            for place in preview.dropped
        ],
    }


def undo_merge(merge: OrganisationMerge, *, actor: User) -> Organisation:
    """Brings the row back, with what moved and is still where it was moved to. Raises CannotPart."""
    try:
        with transaction.atomic():
            parted = OrganisationMerge.objects.filter(pk=merge.pk, undone_at=None).update(
                undone_at=timezone.now()
            )
            if not parted:
                raise CannotPart
            names = OtherName.objects.filter(organisation=merge.kept, name_key=merge.gone["name_key"])
            names.filter(country=merge.gone["country"]).delete()
            back = Organisation.objects.create(coalition=merge.coalition, **merge.gone)
            _move_back(merge, back)
            _audit(merge, "organisations parted again", actor)
    except IntegrityError as error:
        raise CannotPart from error
    return back


def _move_back(merge: OrganisationMerge, back: Organisation) -> None:
    for model, what in ((Signature, "signatures"), (Invitation, "invitations"), (OtherName, "other_names")):
        rows = model._default_manager.filter(pk__in=merge.moved[what], organisation=merge.kept)
        rows.update(organisation=back)
    places = [
        Invitation(organisation=back, **place | {"sealed": b64decode(place["sealed"]) or None})
        for place in merge.moved["dropped"]
    ]
    Invitation.objects.bulk_create(places)


def _audit(merge: OrganisationMerge, action: str, actor: User) -> None:
    detail = {"organisation": merge.kept_id, "gone": merge.gone["id"]}
    record_audit(merge.coalition, action, actor=actor, detail=detail)
