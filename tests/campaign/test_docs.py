"""The documentation against the code: links that lead somewhere, variables and commands that are all there."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")])
LINK = re.compile(r"""\]\(([^)\s]+)\)|(?:src|href)="([^"]+)\"""")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
READ_IN_SETTINGS = re.compile(r"""(?:env\.\w+|environment\.\w+)\(\s*"([A-Z_]+)\"""")
NAMED_IN_EXAMPLE = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)
NAMED_IN_TABLE = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
# What `run` reads by itself: no setting of the site.
OF_THE_COMMANDS = {"PORT"}


def read(path: str) -> str:
    return (ROOT / path).read_text()


def anchors_of(page: Path) -> set[str]:
    """The anchors that hosts of repositories make of headings."""
    headings = HEADING.findall(page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def relative_links(page: Path) -> list[str]:
    found = (markdown or html for markdown, html in LINK.findall(page.read_text()))
    # Commands and examples that look like links are not.
    return [link for link in found if "://" not in link and not link.startswith(("mailto:", "https:", "/"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page):
    for link in relative_links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            assert anchor in anchors_of(target), f"{page.name}: {link}"


def test_the_documentation_has_links_at_all():
    assert len(relative_links(ROOT / "README.md")) > 8


def test_every_picture_is_used_and_small():
    used = "".join(page.read_text() for page in PAGES)
    for picture in (ROOT / "docs" / "images").iterdir():
        assert f"images/{picture.name}" in used
        assert picture.stat().st_size < 300_000, picture.name


def test_settings_example_and_operators_page_name_the_same_variables():
    in_settings = set(READ_IN_SETTINGS.findall(read("campaign/settings.py"))) | OF_THE_COMMANDS
    assert in_settings == set(NAMED_IN_EXAMPLE.findall(read(".env.example")))
    assert in_settings == set(NAMED_IN_TABLE.findall(read("docs/operating.md")))


def test_every_command_is_described():
    own = {config.name for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT)}
    own &= {"campaign", "letters", "signatures", "deliveries"}
    commands = {name for name, app in get_commands().items() if app in own}
    described = set(re.findall(r"^\| `([a-z_]+)[ `]", read("docs/operating.md"), re.MULTILINE))
    assert commands, "no commands found"
    assert commands <= described


def test_units_run_what_the_operators_page_says():
    page, units = read("docs/operating.md"), ROOT / "deploy" / "systemd"
    for queue in settings.QUEUES:
        assert f"undersigned-worker@{queue}" in page
    for unit in units.iterdir():
        assert unit.name.split(".")[0] in page
