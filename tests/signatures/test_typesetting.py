import struct
import unicodedata

import pytest
from pypdf import PdfReader

from signatures import typesetting
from signatures.typesetting import (
    DOCUMENT_LABELS,
    TypesettingError,
    markdown_blocks,
    typeset_document,
    typeset_picture,
)

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MARKUP_NAMES = [
    "#panic()",
    "$x$ *a* _b_ `c`",
    "@d <e> // f \\ g",
    "[h] {i} ~ = j",
    '"k" \\u{41}',
    "<!-- l -->",
]
SCRIPT_NAMES = [
    "Ştefan Nguyễn Łukasz Oluwaseun Adébáyọ̀",
    "Алексей Їжакевич",
    "Γιώργος Παπαδόπουλος",
    "عمر فاروق چوہدری",
    "ليلى الحداد",
    "ڄام ڳوٺ",
    "अनिल कुमार शर्मा",
    "সুমাইয়া রহমান",
    "தமிழ்செல்வி",
    "శ్రీనివాస్ రావు",
    "ಕೃಷ್ಣಮೂರ್ತಿ",
    "ശ്രീലക്ഷ്മി നായർ",
    "કિરણ પટેલ",
    "ਹਰਪ੍ਰੀਤ ਸਿੰਘ",
    "නිමල් පෙරේරා",
    "ଓଡ଼ିଆ",
    "สมชาย ใจดี",
    "ສົມພອນ ວົງສາ",
    "សុខ ចាន់ធី",
    "အောင်ဆန်းစုကြည်",
    "ნინო ქავთარაძე",
    "Անի Հակոբյան",
    "አበበ በቀለ",
    "נועה לוי",
    "བསྟན་འཛིན་རྒྱ་མཚོ",
    "王小明",
    "山田はなこ カナ",
    "김민수",
    "ދިވެހި",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "ߒߞߏ",
    "ᏣᎳᎩ",
    "ᐃᓄᒃᑎᑐᑦ",
    "ᱥᱟᱱᱛᱟᱲᱤ",
]


def document(**changes):
    data = {
        "language": "en",
        "direction": "ltr",
        "labels": {key: f"<{key}>" for key in DOCUMENT_LABELS} | {"page": "page {page} of {pages}"},
        "coalition": "Open Net Coalition",
        "title": "Keep the internet on",
        "salutation": "Excellencies,",
        "body": markdown_blocks("We write to **you**."),
        "closing": "Respectfully,\nthe undersigned",
        "date": "6 February 2024",
        "edition": "1.7",
        "sha256": SHA256,
        "url": "https://undersigned.example.org/letters/keep-it-on/",
        "addressees": [
            {"name": "A. Minister", "office": "Prime Minister", "institution": "Government", "kind": "to"},
            {"name": "B. Secretary", "office": "Secretary", "institution": "", "kind": "cc"},
        ],
        "asks": ["Commit in public", "Order no shutdown"],
        "counts": {"organisations": 1, "individuals": "1 234", "countries": 0},
        "organisations": [{"country_name": "Peru", "names": [organisation("Red Abierta")]}],
        "individuals": people("Maria González"),
        "demo": False,
    }
    return data | changes


def organisation(name):
    return {"name": name, "domain": "red.example.org", "verified": True}


def people(*names):
    return [{"name": name, "detail": "", "country_name": "Peru"} for name in names]


def picture(**changes):
    data = {
        "language": "en",
        "direction": "ltr",
        "coalition": "Open Net Coalition",
        "title": "Keep the internet on",
        "line": "To: the Prime Minister",
        "call": "Read and sign",
        "demo": "",
    }
    return data | changes


@pytest.fixture
def output(tmp_path):
    return tmp_path / "letter.pdf"


def typeset(output, **changes):
    typeset_document(document(**changes), output)
    return PdfReader(output)


def texts(reader):
    return [page.extract_text() for page in reader.pages]


def fonts(reader):
    return {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].get_object().values()
    }


def letters_of(text):
    return sorted(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) == "Lo")


@pytest.mark.parametrize("name", MARKUP_NAMES)
def test_a_name_that_looks_like_markup_is_printed_as_it_is(output, name):
    text = texts(typeset(output, title=name, coalition=name, individuals=people(name)))
    assert "".join(text).count(name) >= 3


def test_every_page_carries_edition_hash_and_number(output):
    pages = texts(typeset(output, individuals=people(*["Maria González"] * 300)))
    assert len(pages) > 3
    for number, text in enumerate(pages, start=1):
        assert "1.7" in text
        assert SHA256 in text
        assert f"page {number} of {len(pages)}" in text


def test_the_document_is_tagged_titled_and_says_its_language(output):
    reader = typeset(output, language="pt-BR")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "pt-BR"
    assert reader.metadata.title == "Keep the internet on"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_the_letter_reads_in_order(output):
    text = "\n".join(texts(typeset(output)))
    parts = ["Open Net Coalition", "A. Minister", "Keep the internet on", "Excellencies,", "We write to you."]
    parts += ["Commit in public", "Respectfully,", "1 234", "B. Secretary", "Red Abierta", "Maria González"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_urdu_is_set_in_nastaliq_and_arabic_in_naskh(output):
    urdu = {"language": "ur", "direction": "rtl", "title": "انٹرنیٹ بند نہ کریں"}
    assert any("NotoNastaliqUrdu" in font for font in fonts(typeset(output, **urdu)))
    arabic = fonts(typeset(output, language="ar", direction="rtl", title="أبقوا الإنترنت"))
    assert any("NotoNaskhArabic" in font for font in arabic)
    assert not any("Nastaliq" in font for font in arabic)


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ur", "rtl"), ("fa", "rtl")])
def test_names_in_every_vendored_script_find_their_glyphs(output, language, direction):
    # The claim to PDF/UA is made only when no glyph is missing.
    reader = typeset(output, language=language, direction=direction, individuals=people(*SCRIPT_NAMES))
    assert b"pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()


@pytest.mark.parametrize("name", ["王小明", "김민수", "አበበ በቀለ", "ᏣᎳᎩ"])
def test_names_can_be_copied_out_again(output, name):
    text = "".join(texts(typeset(output, individuals=people(name))))
    assert letters_of(name) == letters_of(text)


def test_a_character_that_no_font_has_does_not_stop_the_letter(output):
    reader = typeset(output, individuals=people("Maria 𒀀"))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_controls_are_dropped_from_texts(output):
    name = "Ma\u202eria\x00 Gon\ud800z\u2069\tález"
    assert "Maria Gonz ález" in "".join(texts(typeset(output, individuals=people(name))))


def test_a_signatory_list_alone_has_no_letter(output):
    empty = {"salutation": "", "body": [], "closing": "", "addressees": [], "asks": [], "date": "", "url": ""}
    text = "".join(texts(typeset(output, **empty)))
    assert "Maria González" in text
    assert "<asks>" not in text
    assert "<to>" not in text


def test_a_letter_without_signatories_is_one_page(output):
    nobody = {"organisations": 0, "individuals": 0, "countries": 0}
    reader = typeset(output, organisations=[], individuals=[], counts=nobody)
    assert len(reader.pages) == 1
    assert "<signed_by>" not in reader.pages[0].extract_text()


def test_a_demonstration_says_so_on_every_page(output):
    assert all("<demo>" in text for text in texts(typeset(output, demo=True)))
    assert not any("<demo>" in text for text in texts(typeset(output, demo=False)))


def places(page, wanted):
    """Distances from the left edge, in points of a page 595 wide, at which a text is set on a page."""
    found = []

    def note(text, matrix, text_matrix, _font, _size):
        if wanted in text:
            found.append(matrix[4] + text_matrix[4])

    page.extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fa", "rtl")])
def test_a_western_name_stands_on_the_side_of_the_documents_direction(output, language, direction):
    reader = typeset(output, language=language, direction=direction, individuals=people(*["Maria"] * 90))
    for page in reader.pages[:2]:
        (place, *_) = places(page, "Open Net")
        assert (place > 300) == (direction == "rtl")


def test_names_above_the_limit_go_on_in_annexes(output, monkeypatch):
    monkeypatch.setattr(typesetting, "NAMES_PER_FILE", 3)
    labels = document()["labels"] | {"annex": "annex {number} of {count}", "annexes": "{count} annexes"}
    names = ["Abena", "Bilal", "Chiara", "Dolma", "Edwin", "Fatima"]
    files = typeset_document(document(labels=labels, individuals=people(*names)), output)
    assert [file.name for file in files] == ["letter.pdf", "letter-annex-1.pdf", "letter-annex-2.pdf"]
    pages = ["".join(texts(PdfReader(file))) for file in files]
    assert [[name for name in names if name in text] for text in pages] == [names[:2], names[2:5], names[5:]]
    assert "2 annexes" in pages[0]
    assert "annex 2 of 2" in pages[2]
    assert all(SHA256 in text for text in pages)
    assert "Commit in public" not in pages[1]


def test_a_missing_key_is_named_and_nothing_is_written(output):
    data = document()
    del data["title"], data["labels"]["to"]
    with pytest.raises(TypesettingError, match="missing in document: title"):
        typeset_document(data, output)
    with pytest.raises(TypesettingError, match="missing in labels: to"):
        typeset_document(data | {"title": ""}, output)
    assert not output.exists()


def test_data_the_template_cannot_set_raises_and_leaves_no_file(output):
    with pytest.raises(TypesettingError, match="error"):
        typeset_document(document(individuals=[{"name": 3}]), output)
    assert not list(output.parent.iterdir())


def test_a_typesetter_that_takes_too_long_raises(output, monkeypatch):
    monkeypatch.setattr(typesetting, "TIMEOUT", 0.001)
    with pytest.raises(TypesettingError, match="more than"):
        typeset_document(document(), output)


def test_a_folder_that_is_not_there_raises(tmp_path):
    with pytest.raises(TypesettingError):
        typeset_picture(picture(), tmp_path / "nowhere" / "picture.png")


@pytest.mark.parametrize(
    "title", ["Keep it on", "Keep it on, #panic() " * 30, "", "انٹرنیٹ بند نہ کریں " * 8]
)
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ur", "rtl")])
def test_a_picture_is_1200_by_630_whatever_its_title(tmp_path, title, language, direction):
    output = tmp_path / "picture.png"
    typeset_picture(picture(title=title, language=language, direction=direction, demo="Demo"), output)
    head = output.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (1200, 630)


def test_markdown_becomes_a_tree():
    assert markdown_blocks("Say *no* to **[it](https://example.org)**  \nnow") == [
        {
            "type": "paragraph",
            "content": [
                {"type": "text", "text": "Say "},
                {"type": "emphasis", "content": [{"type": "text", "text": "no"}]},
                {"type": "text", "text": " to "},
                {
                    "type": "strong",
                    "content": [
                        {
                            "type": "link",
                            "url": "https://example.org",
                            "content": [{"type": "text", "text": "it"}],
                        }
                    ],
                },
                {"type": "break"},
                {"type": "text", "text": "now"},
            ],
        }
    ]


def test_markdown_lists_quotes_and_rules():
    blocks = markdown_blocks("3. one\n4. two\n\n- x\n\n> said\n\n---")
    assert [block["type"] for block in blocks] == ["list", "list", "quote", "rule"]
    assert (blocks[0]["ordered"], blocks[0]["start"], len(blocks[0]["items"])) == (True, 3, 2)
    assert blocks[1]["ordered"] is False


def test_heading_levels_are_never_skipped():
    levels = [block["level"] for block in markdown_blocks("### a\n\n##### b\n\n# c\n\n###### d")]
    assert levels == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<b>x</b>", "<b>x</b>"),
        ("![a dove](https://example.org/x.png)", "a dove"),
        ("[x](ftp://example.org)", "x"),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
        ("`#x`", "#x"),
        ("    #x", "#x"),
    ],
)
def test_html_images_code_and_odd_links_become_text(source, text):
    (block,) = markdown_blocks(source)
    assert all(node["type"] == "text" for node in block["content"])
    assert "".join(node["text"] for node in block["content"]) == text


def test_deeply_nested_markdown_can_be_set(output):
    lists = "".join("  " * level + "- x\n" for level in range(7)) + "  " * 7 + "- ***inmost***"
    source = "# a\n\n" + "> " * 15 + "deep\n\n" + lists
    text = "".join(texts(typeset(output, body=markdown_blocks(source))))
    assert "deep" in text
    assert "inmost" in text
