"""The public list as CSV by PostgreSQL's own COPY, which makes the cells inert itself.

COPY pushes and a response pulls, so a thread copies into a pipe and the response reads the other end. It copies on a
connection of its own, which ends with it: a client that goes away leaves nothing half done on a connection that is
used again.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

from django.db import connection

from signatures.exports.cells import FORMULA
from signatures.exports.rows import KINDS

logger = logging.getLogger(__name__)
READ = 1 << 16  # bytes: what a pipe holds

# A cell that begins with a Latin letter is inert as it is, and that is told much faster than by an expression.
_INERT = """
    CASE WHEN {0} COLLATE "C" >= 'A' AND {0} COLLATE "C" < E'\\x7f' THEN {0}
         WHEN {0} ~ %(formula)s THEN '''' || {0} ELSE NULLIF({0}, '') END
"""
_COPY = f"""
    COPY (
        SELECT kind, {_INERT.format("public_name")}, {_INERT.format("public_detail")},
            CASE WHEN exposure <> 'initials' THEN NULLIF(country, '') END, {_INERT.format("public_website")},
            NULLIF(verified, ''), to_char(confirmed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
            edition.number || '.' || edition.revision
        FROM signatures_signature signature JOIN letters_edition edition ON edition.id = signature.edition_id
        WHERE signature.letter_id = %(letter)s AND kind = %(kind)s AND state = 'confirmed'
            AND exposure IN ('public', 'initials', 'country')
        ORDER BY sort_key
    ) TO STDOUT (FORMAT csv)
"""  # noqa: S608  (put together from constants alone)
# In the order of their index, the rows of a large letter lie all over the table: to read it through and to sort is
# nearly twice as fast. To compile the query takes longer than it saves.
_BEGIN = "BEGIN; SET LOCAL enable_indexscan = off; SET LOCAL jit = off"


def copied_csv(letter_id: int) -> Iterator[bytes]:
    """The lines of all who are listed, without the header; ends the copying when it is closed early.

    Raises what the database raised, after what was read until then.
    """
    reading, writing = os.pipe()
    failures: list[Exception] = []
    copier = Thread(target=_copy, args=(letter_id, writing, failures), daemon=True)
    copier.start()
    try:
        while part := os.read(reading, READ):
            yield part
    finally:
        # With nobody to read, the copier's next write fails, and it ends.
        os.close(reading)
        copier.join()
    if failures:
        raise failures[0]


def _copy(letter_id: int, writing: int, failures: list[Exception]) -> None:
    try:
        with closing(connection), open(writing, "wb", buffering=READ) as pipe, connection.cursor() as cursor:
            # Not atomic(): when the reader leaves, it would roll back, and for that read all that is left.
            cursor.execute(_BEGIN)
            for kind in KINDS:
                values = {"letter": letter_id, "kind": kind.value, "formula": FORMULA}
                cursor.copy_expert(cursor.mogrify(_COPY, values), pipe)
            cursor.execute("COMMIT")
    except BrokenPipeError:
        logger.info("an export was left before its end")
    except Exception as error:  # whatever it is, it is the reader's to raise
        failures.append(error)
