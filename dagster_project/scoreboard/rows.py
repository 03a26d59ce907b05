"""One row per target: what it is called, where it stands in the documents, who answers, and how it was judged.

Belongs here: the join of evaluation and catalogue. Does not belong here: choosing rows, or how they look.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from dagster_project.progress import EVALUATION
from dagster_project.progress.lights import WORDS, Light
from validators.catalogue import Catalogue

# What the catalogue adds. `owner` is the lead department or, without one, the first responsible; `responsible` are ids
# and `responsible_zh`, `responsible_en` names, joined by ';'. Missing words are ''.
CATALOGUE_COLUMNS = (
    "target",
    "document",
    "document_zh",
    "document_en",
    "chapter",
    "chapter_zh",
    "chapter_en",
    "article",
    "name_zh",
    "name_en",
    "condition_zh",
    "condition_en",
    "kind",
    "dataset",
    "region",
    "region_zh",
    "region_en",
    "comparator",
    "unit",
    "unit_en",
    "ambition",
    "pace",
    "part_of",
    "owner",
    "owner_zh",
    "owner_en",
    "lead",
    "responsible",
    "responsible_zh",
    "responsible_en",
)
COLUMNS = (
    *CATALOGUE_COLUMNS,
    *(column for column in EVALUATION if column not in CATALOGUE_COLUMNS),
    "light_zh",
    "light_en",
)


def board_rows(evaluation: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The rows in the order of documents, chapters, articles and the file. Repeated words are plain `str` columns.

    Raises KeyError for a target that the catalogue doesn't have.
    """
    words = pd.DataFrame([_words(catalogue, key) for key in evaluation["target"]], columns=list(CATALOGUE_COLUMNS))
    judged = evaluation.drop(columns=["target", "region"]).reset_index(drop=True)
    for column in judged.columns[judged.dtypes == "category"]:
        judged[column] = judged[column].astype("str")
    rows = pd.concat([words, judged], axis=1)
    for language in ("zh", "en"):
        named = {str(light): getattr(WORDS[light], language) for light in Light}
        rows[f"light_{language}"] = rows["light"].map(named).astype("str")
    documents = {document: place for place, document in enumerate(catalogue.documents)}
    targets = {target: place for place, target in enumerate(catalogue.targets)}
    order = pd.DataFrame(
        {
            "document": rows["document"].map(documents),
            "chapter": rows["chapter"],
            "article": rows["article"],
            "target": rows["target"].map(targets),
        }
    ).sort_values(["document", "chapter", "article", "target"])
    return rows.loc[order.index, list(COLUMNS)].reset_index(drop=True)


def _words(catalogue: Catalogue, key: str) -> dict[str, Any]:
    target = catalogue.targets[key]
    indicator = catalogue.indicators[target.indicator]
    document = catalogue.documents[target.cite.document]
    chapter = document.chapters[target.cite.chapter]
    region = catalogue.regions[target.region]
    owner = target.owners.lead or target.owners.responsible[0]
    responsible = [catalogue.departments[one].name for one in target.owners.responsible]
    return {
        "target": key,
        "document": target.cite.document,
        "document_zh": document.title.zh,
        "document_en": document.title.en,
        "chapter": target.cite.chapter,
        "chapter_zh": chapter.title.zh,
        "chapter_en": chapter.title.en,
        "article": target.cite.article,
        "name_zh": indicator.name.zh,
        "name_en": indicator.name.en,
        "condition_zh": target.condition.zh if target.condition else "",
        "condition_en": target.condition.en if target.condition else "",
        "kind": indicator.kind.value,
        "dataset": indicator.dataset,
        "region": target.region,
        "region_zh": region.name.zh,
        "region_en": region.name.en,
        "comparator": target.comparator.value,
        "unit": target.unit,
        "unit_en": catalogue.units[target.unit].name.en,
        "ambition": target.ambition.value,
        "pace": target.pace.value,
        "part_of": target.part_of or "",
        "owner": owner,
        "owner_zh": catalogue.departments[owner].name.zh,
        "owner_en": catalogue.departments[owner].name.en,
        "lead": target.owners.lead or "",
        "responsible": ";".join(target.owners.responsible),
        "responsible_zh": ";".join(name.zh for name in responsible),
        "responsible_en": ";".join(name.en for name in responsible),
    }
