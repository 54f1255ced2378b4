"""The public door: what anybody may read of letters. No page here asks who is reading."""

from letters.views.answers import show_answers
from letters.views.editions import show_edition_text, show_editions
from letters.views.pages import show_edition, show_home, show_letter, show_robots, show_sitemap
from letters.views.updates import show_feed, show_update, show_update_text, show_updates

__all__ = [
    "show_answers",
    "show_edition",
    "show_edition_text",
    "show_editions",
    "show_feed",
    "show_home",
    "show_letter",
    "show_robots",
    "show_sitemap",
    "show_update",
    "show_update_text",
    "show_updates",
]
