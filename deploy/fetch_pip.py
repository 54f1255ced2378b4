"""Installs pip from PyPI into the environment that runs this, where neither ensurepip nor another pip is at hand."""

import hashlib
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

INDEX = "https://pypi.org/pypi/pip/json"


def main() -> int:
    with urllib.request.urlopen(INDEX, timeout=60) as answer:
        files = json.load(answer)["urls"]
    wheel = next(file for file in files if file["packagetype"] == "bdist_wheel")
    with urllib.request.urlopen(urljoin(INDEX, wheel["url"]), timeout=60) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != wheel["digests"]["sha256"]:
        sys.exit("pip's wheel is not the one that PyPI names")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, wheel["filename"])
        path.write_bytes(content)
        # A wheel of pip runs as it is.
        return subprocess.call([sys.executable, f"{path}/pip", "install", "--quiet", "--no-index", str(path)])


if __name__ == "__main__":
    sys.exit(main())
