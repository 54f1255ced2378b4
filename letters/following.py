"""Which public letters a letter follows, and which follow it."""

from django.db.models import Prefetch, Q

from letters.models import Edition, Letter, Text


def linked(letter: Letter, language: str) -> tuple[list[Text], list[Text]]:
    """(earlier, later): a text of each, nearest to that language; three queries, one if there is none."""
    around = (
        Letter.objects.public()
        .filter(Q(pk=letter.follows_id) | Q(follows=letter))
        .order_by("opened_at", "pk")
    )
    editions = Prefetch("editions", Edition.objects.defer("canonical"))
    found = list(around.prefetch_related(editions, Prefetch("editions__texts", Text.objects.defer("body"))))
    texts = [(other, other.edition.text_nearest(language)) for other in found]
    for other, text in texts:
        text.edition.letter = other
    earlier = [text for other, text in texts if other.pk == letter.follows_id]
    return earlier, [text for other, text in texts if other.follows_id == letter.pk]
