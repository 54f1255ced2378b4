"""The public door to signatures: signing, the signatory's own page, the signatory list and its exports."""
