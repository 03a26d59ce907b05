"""How texts are stored is settled before anything takes it for good."""

from __future__ import annotations

import subprocess
import sys


def test_rules_know_how_texts_are_stored_whichever_module_is_imported_first() -> None:
    program = "import validators.observations, pandera.pandas as pa; print(pa.Column(str).dtype)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "string[python]"
