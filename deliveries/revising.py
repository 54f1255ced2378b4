"""An edition after the launch, published as one act: the public reads it, documents are built anew, and after a change
of substance the signatories are asked, and the officials get it where the coalition chose so."""

from django.db import transaction

from deliveries.models import OccasionKind
from deliveries.services import make_occasion
from letters.models import Edition, Letter, User
from letters.services import publish_edition
from signatures.documents import mark_documents_stale
from signatures.standing import ask_to_stand


@transaction.atomic
def release_edition(
    letter: Letter, *, seen: str, note: str | None = None, delivers: bool = False, actor: User | None = None
) -> Edition | None:
    """Publishes the edition in writing, which the person read as `seen`; None if there is none, or somebody was faster.
    Raises NotReady and Stale. A revision is never handed over by itself."""
    edition = publish_edition(letter, seen=seen, note=note, actor=actor)
    if edition is None:
        return None
    letter = Letter.objects.get(pk=letter.pk)
    mark_documents_stale(letter.pk)
    if edition.revision == 0:
        ask_to_stand(letter, actor=actor)
        if delivers:
            make_occasion(letter, kind=OccasionKind.HAND, actor=actor)
    return edition
