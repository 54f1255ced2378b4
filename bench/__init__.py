"""How fast the site is: each figure beside a limit that was measured in the same run. `python -m bench --help`."""
