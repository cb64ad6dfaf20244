"""The citizen's main way in Firefox, on a telephone: found, signed up, changed, cancelled."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from tests.sites import Site


def test_anna_walks_through_it_in_firefox(rheine: Site) -> None:
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    assert firefox, "Debian's firefox-esr is needed: tests/install-system-packages"
    command = ["node", "tests/browser/firefox.mjs", rheine.url, firefox]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    seen: dict[str, Any] = json.loads(done.stdout)
    assert seen["event"] == "Infoabend zur Interkulturellen Woche"
    assert len(seen["mistakes"]) == 2
    assert seen["focus"] == "error-summary"
    assert seen["ticket"] == "Sie sind angemeldet"
    assert len(seen["code"]) == 7
    assert seen["changed"] == "Jetzt 2 Plätze."
    assert seen["cancelled"] == "Sie haben abgesagt"
    assert seen["errors"] == []
    assert {path: width for path, width in seen["widths"].items() if width > 360} == {}
    assert seen["tracks"]
    assert all(track.endswith(("transparent", "rgba(0, 0, 0, 0)")) for track in seen["tracks"])
