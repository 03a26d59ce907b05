"""What the columns of the SDMX-CSV mean, for programs: a structure message in SDMX-ML 2.1 or 3.0.

It holds the data flows XUSHI:OBSERVATIONS(1.0) and XUSHI:VERSIONS(1.0), their data structures, the concepts behind the
columns, and code lists made from the catalogue; names are Chinese and English. Belongs here: this message. Does not
belong here: the figures themselves (`sdmx_csv.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from pysdmx.io import write_sdmx
from pysdmx.io.format import Format as SdmxFormat
from pysdmx.model import (
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Organisation,
    Role,
)
from pysdmx.model.message import Header

from dagster_project.export.columns import Table
from dagster_project.export.formats import SdmxVersion
from dagster_project.export.sdmx_csv import (
    AGENCY,
    DIMENSIONS,
    FIGURE,
    FLOWS,
    VERSION,
    VERSION_KEY,
    flow_id,
    own_columns,
    unit_codes,
)
from dagster_project.export.tables import TABLES, What
from validators.catalogue import Catalogue, Words

_BETWEEN = "\x1f"  # between the two languages of a name, until the message is written
_NAME = re.compile(f'<com:Name xml:lang="en">([^<]*?){_BETWEEN}([^<]*?)</com:Name>')
_FORMATS: Final = {
    SdmxVersion.V2_1: SdmxFormat.STRUCTURE_SDMX_ML_2_1,
    SdmxVersion.V3_0: SdmxFormat.STRUCTURE_SDMX_ML_3_0,
}
# Columns that the tables of an export have under another name, or not at all.
_NAMED: Final[Mapping[str, str]] = {"REF_AREA": "region", "TIME_PERIOD": "period", "OBS_VALUE": "value"}
_WORDS: Final[Mapping[str, Words]] = {
    "FREQ": Words(zh="频率", en="frequency"),
    "UNIT_MEASURE": Words(zh="基本计量单位", en="base unit"),
    "UNIT_MULT": Words(zh="数量级：数值须乘以 10 的几次方", en="power of ten that values are to be multiplied by"),
    "OBS_STATUS": Words(zh="观测状态（CL_OBS_STATUS）", en="status of the observation (CL_OBS_STATUS)"),
}
_FREQUENCIES: Final = {
    "A": Words(zh="年", en="annual"),
    "Q": Words(zh="季", en="quarterly"),
    "M": Words(zh="月", en="monthly"),
}
_OBS_STATUSES: Final = {
    "A": Words(zh="正常值", en="normal value"),
    "P": Words(zh="快报数", en="provisional value"),
    "O": Words(zh="缺失", en="missing value"),
}
_TYPES: Final[Mapping[str, DataType]] = {
    "TIME_PERIOD": DataType.PERIOD,
    "OBS_VALUE": DataType.DECIMAL,
    "UNIT_MULT": DataType.INTEGER,
    "KNOWN_FROM": DataType.DATE_TIME,
    "KNOWN_TO": DataType.DATE_TIME,
    "UPLOAD": DataType.INTEGER,
    "WITHDRAWN": DataType.INTEGER,
    "RESTORED": DataType.BOOLEAN,
}


def message(catalogue: Catalogue, version: SdmxVersion, now: datetime) -> bytes:
    """The message, UTF-8."""
    lists = _lists(catalogue)
    concepts = _concepts()
    flows = [_flow(what, lists) for what in FLOWS]
    header = Header(id=AGENCY, prepared=now, sender=Organisation(id=AGENCY))
    parts = [*lists.values(), concepts, *(part for flow in flows for part in flow)]
    written = write_sdmx(parts, _FORMATS[version], header=header)
    return _in_two_languages(str(written)).encode()


def _lists(catalogue: Catalogue) -> dict[str, Codelist]:
    """By column."""
    indicators = {key: one.name for key, one in catalogue.indicators.items()}
    regions = {key: one.name for key, one in catalogue.regions.items()}
    datasets = {key: one.title for key, one in catalogue.datasets.items()}
    return {
        "FREQ": _list("CL_FREQ", Words(zh="频率", en="Frequency"), _FREQUENCIES),
        "REF_AREA": _list("CL_AREA", Words(zh="地区", en="Regions"), regions),
        "INDICATOR": _list("CL_INDICATOR", Words(zh="指标", en="Indicators"), indicators),
        "MEASURE": _list("CL_MEASURE", Words(zh="口径", en="Measures"), _plain(_words_of("measure"))),
        "UNIT_MEASURE": _list("CL_UNIT", Words(zh="基本计量单位", en="Base units"), unit_codes(catalogue)),
        "OBS_STATUS": _list("CL_OBS_STATUS", Words(zh="观测状态", en="Status of observations"), _OBS_STATUSES),
        "STATUS": _list("CL_STATUS", Words(zh="数据状态", en="Status of figures"), _plain(_words_of("status"))),
        "DATASET": _list("CL_DATASET", Words(zh="数据集", en="Datasets"), datasets),
    }


def _words_of(column: str) -> Iterable[str]:
    table = TABLES[What.OBSERVATIONS]
    return next(one.words for one in table.columns if one.name == column)


def _plain(words: Iterable[str]) -> dict[str, Words]:
    return {word: Words(zh=word, en=word) for word in words if word}


def _list(identifier: str, name: Words, codes: Mapping[str, Words]) -> Codelist:
    items = [Code(id=key, name=_both(words)) for key, words in codes.items()]
    return Codelist(id=identifier, name=_both(name), agency=AGENCY, version=VERSION, items=items)


def _names() -> list[str]:
    return [*DIMENSIONS, *FIGURE, *own_columns(What.VERSIONS)]


def _concepts() -> ConceptScheme:
    items = [Concept(id=name, name=_both(_meaning(name))) for name in _names()]
    words = Words(zh="列的含义", en="Meaning of the columns")
    return ConceptScheme(id="CS_XUSHI", name=_both(words), agency=AGENCY, version=VERSION, items=items)


def _meaning(name: str) -> Words:
    """As `xushi export columns` says it."""
    if name in _WORDS:
        return _WORDS[name]
    column = _NAMED.get(name, name.lower())
    tables: tuple[Table, ...] = tuple(TABLES[what] for what in FLOWS)
    found = next(one for table in tables for one in table.columns if one.name == column)
    return Words(zh=found.zh, en=found.en)


def _flow(what: What, lists: Mapping[str, Codelist]) -> tuple[DataStructureDefinition, Dataflow]:
    table, identifier = TABLES[what], flow_id(what)
    keys = DIMENSIONS if what is What.OBSERVATIONS else (*DIMENSIONS, *VERSION_KEY)
    measure, *others = FIGURE
    attributes = [name for name in (*others, *own_columns(what)) if name not in keys]
    components = [
        *(_component(name, Role.DIMENSION, lists) for name in keys if name != "TIME_PERIOD"),
        _component("TIME_PERIOD", Role.DIMENSION, lists),
        _component(measure, Role.MEASURE, lists),
        *(_component(name, Role.ATTRIBUTE, lists) for name in attributes),
    ]
    name = _both(Words(zh=table.zh, en=table.en))
    definition = DataStructureDefinition(
        id=identifier, name=name, agency=AGENCY, version=VERSION, components=Components(components)
    )
    return definition, Dataflow(id=identifier, name=name, agency=AGENCY, version=VERSION, structure=definition)


def _component(name: str, role: Role, lists: Mapping[str, Codelist]) -> Component:
    concept = ItemReference(sdmx_type="Concept", agency=AGENCY, id="CS_XUSHI", version=VERSION, item_id=name)
    return Component(
        id=name,
        required=role is Role.DIMENSION,
        role=role,
        concept=concept,
        local_codes=lists.get(name),
        local_dtype=None if name in lists else _TYPES.get(name, DataType.STRING),
        attachment_level="O" if role is Role.ATTRIBUTE else None,
    )


def _both(words: Words) -> str:
    return f"{words.zh}{_BETWEEN}{words.en}"


def _in_two_languages(text: str) -> str:
    """Each name as two elements; the library writes one, said to be English."""
    zh, en = '<com:Name xml:lang="zh">', '<com:Name xml:lang="en">'
    return _NAME.sub(lambda name: f"{zh}{name[1]}</com:Name>{en}{name[2]}</com:Name>", text)
