"""Grafana's own published code and types, from npm, for the tests: installed once below .tools, by its locked versions.

`make test` installs npm where it is absent. Without it the tests that need it are skipped; with it, anything that
fails is a failure.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent / "grafana"
TOOLS = HERE.parents[2] / ".tools"
# Where to look for the data package of each release, and what a query without an answer becomes there.
RELEASES = {"9": ("grafana-data-9", "no-frames"), "13": ("grafana-data-13", "empty-frames")}
# Grafana's code expects a browser; ES modules have no `require`.
_BANNER = (
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
    "globalThis.window ??= globalThis; globalThis.navigator ??= { language: 'zh-CN' };"
)


def packages() -> Path:
    """The folder with node_modules; installed when it isn't there."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm is not installed (apt-get install npm): Grafana's published code can't be run")
    lock = (HERE / "package-lock.json").read_bytes()
    folder = TOOLS / f"grafana-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (folder / "node_modules").is_dir():
        TOOLS.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="grafana-", dir=TOOLS))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, fresh / name)
        command = [npm, "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--loglevel=error"]
        _run(command, fresh)
        try:
            fresh.rename(folder)
        except OSError:
            # Another worker was quicker; what it installed is the same, byte for byte by the lock.
            if not (folder / "node_modules").is_dir():
                raise
            shutil.rmtree(fresh)
    return folder


def transformed(release: str, panels: list[dict[str, Any]]) -> dict[str, Any]:
    """What the transformations of `release` make of panels and answers; see transform.mjs for both shapes."""
    folder = packages()
    package, answers = RELEASES[release]
    source = folder / "transform.mjs"
    shutil.copy(HERE / "transform.mjs", source)
    bundle = folder / f"transform-{release}.mjs"
    command = [str(folder / "node_modules" / ".bin" / "esbuild"), str(source), "--bundle", "--platform=node"]
    command += ["--format=esm", f"--alias:@grafana/data={package}", f"--banner:js={_BANNER}", f"--outfile={bundle}"]
    _run([*command, "--log-level=error"], folder)
    environment = os.environ | {"GRAFANA_MAJOR": release, "TZ": "America/New_York"}
    given = json.dumps({"answers": answers, "panels": panels})
    out: dict[str, Any] = json.loads(_run(["node", str(bundle)], folder, given=given, environment=environment))
    return out


def compiled(sources: Mapping[str, str]) -> dict[str, str]:
    """What TypeScript has to say of each of these programs by file name, which may import @grafana/schema; empty for
    one that compiles. Compiled in one go: Grafana's types take long to read."""
    folder = packages()
    paths = [folder / name for name in sources]
    for path, source in zip(paths, sources.values(), strict=True):
        path.write_text(source, encoding="utf-8")
    command = [str(folder / "node_modules" / ".bin" / "tsc"), "--noEmit", "--strict", "--skipLibCheck"]
    command += ["--target", "es2022", "--module", "nodenext", "--moduleResolution", "nodenext", *map(str, paths)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    said = dict.fromkeys(sources, "")
    about = ""
    for line in (done.stdout + done.stderr).splitlines(keepends=True):
        # An error begins with its file, `wrong.ts(12,3): error TS...`; what explains it is indented below.
        found = re.match(r"(\S+?)\(\d+,\d+\): ", line)
        about = Path(found[1]).name if found else about
        if about not in said:
            raise RuntimeError(f"tsc: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        said[about] += line
    return said


def _run(command: list[str], folder: Path, *, given: str = "", environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=folder, input=given, capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:3])}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout
