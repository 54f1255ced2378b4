"""The site's settings with the bench's own trivial view beside the site's URLs; everything else as in production."""

from campaign.settings import *  # noqa: F403

ROOT_URLCONF = "bench.site"
