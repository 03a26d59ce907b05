"""Writing `generated/`: the five dashboards as JSON, and the files that provision them.

Belongs here: which files there are, their text, and whether they still say what the code says. Does not belong here:
panels; bringing the files to a Grafana (`provision.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import provisioning
from dashboards.data_quality import data_quality
from dashboards.department import department
from dashboards.frame import Facts
from dashboards.indicator import indicator
from dashboards.overview import overview
from dashboards.pipeline import pipeline
from validators.catalogue import Catalogue

GENERATED = Path(__file__).resolve().parent / "generated"


def dashboards(catalogue: Catalogue) -> tuple[Dashboard, ...]:
    """The five dashboards."""
    facts = Facts.of(catalogue)
    return (overview(facts), department(facts), indicator(facts), data_quality(), pipeline())


def encoded(dashboard: Dashboard) -> str:
    """A dashboard as JSON: keys sorted, two spaces, Chinese as it is."""
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(dashboard) + "\n"


def files(catalogue: Catalogue) -> dict[str, str]:
    """Every generated file: path below the folder, text."""
    made = {f"{each.uid}.json": encoded(each) for each in dashboards(catalogue)}
    return made | provisioning.files()


def write(catalogue: Catalogue, folder: Path = GENERATED) -> list[Path]:
    """Write every file that differs; the paths of those written."""
    written = []
    for name, text in files(catalogue).items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def drifted(catalogue: Catalogue, folder: Path = GENERATED) -> list[str]:
    """Names of the files that are missing, or say something else than the code now does."""
    return [
        name
        for name, text in files(catalogue).items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def load(folder: Path = GENERATED) -> dict[str, dict[str, object]]:
    """The generated dashboards as Grafana will read them, by uid."""
    found: dict[str, dict[str, object]] = {}
    for path in sorted(folder.glob("xushi-*.json")):
        read = json.loads(path.read_text(encoding="utf-8"))
        found[str(read["uid"])] = read
    return found
