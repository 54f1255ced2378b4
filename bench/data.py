"""Letters, and signatures by the million: plausible rows, written by the database itself from a pool of names."""

import io
import random
import re
from typing import Any, NamedTuple

from django.test import Client

from campaign.collation import name_key
from letters.models import Coalition, Letter
from signatures.keys import letter_key
from signatures.models import Kind
from signatures.person import Person
from tests.factories import make_letter, make_member

POOL = 4000  # names; each has its sort key and its sealed person
HOURS = 720
FEW = 5000  # signatures of the letter that a page of the large one is compared with
ORGANISATIONS = 300  # of the large letter; the first ones are listed on its page
MAIN, FEW_SLUG = "keep-it-on", "few"
COUNTRIES = re.findall("..", "PKINBDNPLKAFIRTREGNGKEGHZAUGTZETSDMATNDZFRDEGBIEUSCAMXBRARCL")
PARAGRAPH = (
    "We write to ask that the internet stay on, for everybody and everywhere in the country, before the election, "
    "on its day and after it. **A shutdown silences** those who vote, those who report and those who count; it stops "
    "hospitals, schools and small trade, and it is least of all noticed by those who order it.\n\n"
)
FIRST = [
    "Aisha",
    "Bilal",
    "Chidi",
    "Dounia",
    "Élodie",
    "Farhan",
    "Grace",
    "Hina",
    "José",
    "Lwazi",
    "عائشہ",
    "زینب",
    "Анна",
]
LAST = [
    "Ahmed",
    "Bhatti",
    "Castro",
    "Diallo",
    "Eze",
    "García",
    "Hussain",
    "Jones",
    "Nguyễn",
    "خان",
    "احمد",
    "Петрова",
]


class Letters(NamedTuple):
    """Primary keys, the slug of their coalition, and the session of one of its owners."""

    main: int
    few: int
    coalition: str
    session: str


def make_letters() -> Letters:
    """Two open letters of some length, with the digest keys that signing would make."""
    member = make_member()
    main, few = (_make_letter(slug, member.coalition) for slug in (MAIN, FEW_SLUG))
    client = Client()
    client.force_login(member.user)
    return Letters(main.pk, few.pk, member.coalition.slug, client.session.session_key or "")


def _make_letter(slug: str, coalition: Coalition) -> Letter:
    letter = make_letter(slug=slug, coalition=coalition, body=PARAGRAPH * 6, copies=4)
    for kind in Kind.values:
        letter_key(letter.pk, kind)
    return letter


def fill(connected: Any, letter: int, *, people: int, organisations: int) -> None:
    """Confirmed signatures under a letter, as if signed over HOURS hours, all counted in the tallies."""
    with connected.cursor() as cursor:
        _write_pool(cursor)
        cursor.execute(_TALLIES, {"letter": letter})
        cursor.execute("ANALYZE pool, hours, signatures_tally")
        for kind, rows in (("individual", people - organisations), ("organisation", organisations)):
            cursor.execute(_SIGNATURES, {"letter": letter, "kind": kind, "rows": rows, "pool": POOL})
        cursor.execute(_COUNT_TALLIES)
        cursor.execute(_COUNT_COUNTRIES)
        cursor.execute(_COUNT_EDITIONS)
        cursor.execute("VACUUM ANALYZE")
    connected.close()


def _write_pool(cursor: Any) -> None:
    cursor.execute("CREATE TEMP TABLE pool (place int, name text, key text, sealed text, country text)")
    lines = "".join(f"{n}\t{name}\t{key}\t{sealed}\t{country}\n" for n, name, key, sealed, country in _pool())
    cursor.copy_expert("COPY pool FROM STDIN", io.StringIO(lines))
    cursor.execute("ALTER TABLE pool ADD PRIMARY KEY (place)")
    cursor.execute("CREATE TEMP TABLE hours (place int PRIMARY KEY, hour timestamptz)")
    cursor.execute(
        "INSERT INTO hours SELECT n, date_trunc('hour', now()) - n * interval '1 hour'"
        " FROM generate_series(1, %s) n",
        [HOURS],
    )


def _pool() -> list[tuple[int, str, str, str, str]]:
    chance = random.Random(2024)
    rows = []
    for number in range(POOL):
        name = f"{chance.choice(FIRST)} {chance.choice(FIRST)[:1]}. {chance.choice(LAST)}"
        person = Person(name=name, email=f"signer{number}@example.org", role="Teacher")
        sealed = person.seal().decode()
        rows.append((number, name, name_key(name).hex(), sealed, chance.choice(COUNTRIES)))
    return rows


_TALLIES = """
    INSERT INTO signatures_tally (letter_id, kind, country, hour, number, count)
    SELECT %(letter)s, kind, country, hour, 1, 0
    FROM (SELECT DISTINCT country FROM pool) countries, hours, (VALUES ('individual'), ('organisation')) kinds (kind)
"""
# A third of the people show no detail, a tenth are counted and not named, as it is in life.
_SIGNATURES = """
    INSERT INTO signatures_signature (
        letter_id, edition_id, kind, state, state_at, state_reason, origin, verified, country, language, exposure,
        public_name, public_detail, public_website, sort_key, sealed, address_digest, notice_version, wants_updates,
        consented_at, confirmed_at, referrer, score, link_version, mail, mail_attempts, mailed_at, tally_id, untallied
    )
    SELECT
        %(letter)s, edition.id, %(kind)s, 'confirmed', hours.hour, '', 'form',
        CASE %(kind)s WHEN 'organisation' THEN 'reviewer' ELSE 'mail' END, pool.country, 'en', shown.exposure,
        CASE shown.exposure WHEN 'public' THEN pool.name ELSE '' END,
        CASE WHEN shown.exposure = 'public' AND n %% 3 > 0 AND %(kind)s = 'individual' THEN 'Teacher' ELSE '' END,
        CASE %(kind)s WHEN 'organisation' THEN 'https://www.example' || n || '.org/' ELSE '' END,
        CASE shown.exposure WHEN 'public' THEN decode(pool.key, 'hex') ELSE '\\xfe'::bytea END
            || '\\x00'::bytea || substring(sha256(n::text::bytea), 1, 6),
        pool.sealed::bytea, sha256((%(kind)s || n)::bytea), 1, n %% 4 = 0, hours.hour,
        hours.hour + interval '10 minutes', 'site', 0, 1, '', 0, hours.hour + interval '1 second', tally.id, false
    FROM generate_series(1, %(rows)s) n
    CROSS JOIN LATERAL (
        SELECT CASE WHEN %(kind)s = 'individual' AND n %% 10 = 0 THEN 'counted' ELSE 'public' END AS exposure
    ) shown
    JOIN pool ON pool.place = (n::bigint * 7919) %% %(pool)s
    JOIN hours ON hours.place = 1 + n %% (SELECT count(*) FROM hours)
    JOIN letters_edition edition ON edition.letter_id = %(letter)s
    JOIN signatures_tally tally ON tally.letter_id = %(letter)s AND tally.kind = %(kind)s
        AND tally.country = pool.country AND tally.hour = hours.hour
"""
_COUNT_TALLIES = """
    UPDATE signatures_tally tally SET count = counted.n
    FROM (SELECT tally_id, count(*) AS n FROM signatures_signature GROUP BY tally_id) counted
    WHERE counted.tally_id = tally.id
"""
_COUNT_COUNTRIES = """
    INSERT INTO signatures_countrytotal (letter_id, kind, country, count)
    SELECT letter_id, kind, country, sum(count) FROM signatures_tally GROUP BY letter_id, kind, country
    HAVING sum(count) > 0
"""
_COUNT_EDITIONS = """
    INSERT INTO signatures_editiontotal (letter_id, kind, number, count)
    SELECT letter_id, kind, number, sum(count) FROM signatures_tally GROUP BY letter_id, kind, number
    HAVING sum(count) > 0
"""
