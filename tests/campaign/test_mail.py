"""Mails rendered once and filled in say just what each rendered and composed by itself would say."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from campaign.blanks import PersonalMail, Written
from campaign.mail import render_mail

PERSONAL = {
    "name": "Ayesha <b>{{ url }}</b> & بلال",
    "signs_as": "x",
    "url": "https://example.org/signatures/a:b/?c=1&d=2",
}


def find_mail(
    personal: dict[str, str] | None = None,
    to: str = "a@example.org",
    language: str = "en",
    title: str = "Freiheit für alle",
) -> PersonalMail:
    mail = render_mail(
        "find_signature",
        {"coalition": "C — D", "letter_title": title, "is_pending": True},
        personal=PERSONAL | (personal or {}),
        to=to,
        language=language,
        message_id="<1.2@example.org>",
        reply_to="coalition@example.org",
    )
    assert isinstance(mail, PersonalMail)
    return mail


def read(mail: EmailMultiAlternatives) -> tuple[dict[str, str], list[str]]:
    """Headers, without what differs from one writing to the next, and the decoded parts."""
    content = mail.message().as_bytes(linesep="\r\n")
    message: Any = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    headers = {name: str(value) for name, value in message.items() if name not in ("Content-Type", "Date")}
    return headers, [part.get_content().replace("\r\n", "\n") for part in message.iter_parts()]


def composed_anew(mail: PersonalMail) -> PersonalMail:
    mail.blank = None
    return mail


@pytest.mark.parametrize("language", ["en", "fr", "ur"])
def test_a_mail_filled_in_is_the_mail_composed_anew(language: str) -> None:
    mail = find_mail(language=language)
    assert isinstance(mail.message(), Written)
    filled = read(mail)
    assert filled == read(composed_anew(mail))
    assert PERSONAL["name"] in filled[1][0]
    assert "&lt;b&gt;{{ url }}&lt;/b&gt; &amp; بلال" in filled[1][1]
    assert (filled[0]["To"], filled[0]["Message-ID"]) == ("a@example.org", "<1.2@example.org>")


def test_no_two_mails_share_a_boundary_or_a_value() -> None:
    first, second = (find_mail({"name": name}).message() for name in ("First", "Second"))
    boundaries = {message_from_bytes(mail.as_bytes()).get_boundary() for mail in (first, second)}
    assert len(boundaries) == 2
    assert b"First" not in second.as_bytes()


@pytest.mark.parametrize(
    ("personal", "to"),
    [
        ({"name": "two\nlines"}, "a@example.org"),
        ({"name": "long" * 300}, "a@example.org"),
        ({}, "ä@example.org"),
        ({}, "A Name <a@example.org>"),
    ],
)
def test_what_a_blank_has_not_foreseen_is_composed_by_itself(personal: dict[str, str], to: str) -> None:
    mail = find_mail(personal, to)
    assert not isinstance(mail.message(), Written)
    assert read(mail)[1][0]


def test_a_long_line_that_all_share_leaves_no_blank_unfilled() -> None:
    mail = find_mail(title="لمبا عنوان " * 60)
    _headers, (text, html) = read(mail)
    assert "Ayesha" in text
    assert PERSONAL["url"] in text
    assert "Ayesha" in html
    assert read(mail) == read(composed_anew(mail))


def test_a_mail_with_an_attachment_has_it() -> None:
    mail = find_mail()
    mail.attach("data.txt", "data", "text/plain")
    assert "data.txt" in mail.message().as_string()


def test_what_is_written_ends_its_lines_as_asked() -> None:
    written = find_mail().message()
    assert b"\r" not in written.as_bytes()
    assert written.as_bytes(linesep="\r\n").replace(b"\r\n", b"\n") == written.as_bytes()
    assert written.as_string().startswith("Content-Type: multipart/alternative;")
