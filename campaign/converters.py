from django.urls import register_converter


class LanguageConverter:
    """A language tag (RFC 5646); never a word such as `sign`, which is longer than three letters."""

    regex = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LanguageConverter, "lang")
