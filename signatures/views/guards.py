"""What a public POST must be; see campaign.guards, which letters use too."""

from campaign.guards import has_no_witness, is_foreign, netloc_of, public_post, refuse

__all__ = ["has_no_witness", "is_foreign", "netloc_of", "public_post", "refuse"]
