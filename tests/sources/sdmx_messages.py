"""The same invented observations (sample data) in every format of SDMX that is read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Observation = dict[str, str]

# FREQ, REF_AREA and INDICATOR make a series; the rest is said of the observation.
_SERIES = ("FREQ", "REF_AREA", "INDICATOR")
_SAID = ("OBS_STATUS", "UNIT_MULT")
_COLUMNS = (*_SERIES, "TIME_PERIOD", "OBS_VALUE", *_SAID)
_ROOT = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_ROOT_3 = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"


def observation(value: str, **said: str) -> Observation:
    """Exports of Longwan in March 2025, unless something else is said."""
    usual = {"FREQ": "M", "REF_AREA": "LW", "INDICATOR": "001", "TIME_PERIOD": "2025-03", "OBS_STATUS": "A"}
    return usual | {"UNIT_MULT": "8"} | said | {"OBS_VALUE": value}


def csv_1(observations: Sequence[Observation]) -> bytes:
    return _csv(("DATAFLOW",), ("OFFICE:TRADE(1.0)",), observations)


def csv_2(observations: Sequence[Observation]) -> bytes:
    return _csv(("STRUCTURE", "STRUCTURE_ID", "ACTION"), ("dataflow", "OFFICE:TRADE(1.0)", "I"), observations)


def csv_labelled(observations: Sequence[Observation]) -> bytes:
    labelled = [
        {**one, "FREQ": f"{one['FREQ']}: Monthly", "REF_AREA": f"{one['REF_AREA']}: 龙湾区"} for one in observations
    ]
    return csv_2(labelled).replace(b"FREQ,REF_AREA", "FREQ: Frequency,REF_AREA: 地区".encode())


def _csv(names: tuple[str, ...], values: tuple[str, ...], observations: Sequence[Observation]) -> bytes:
    rows = [[*names, *_COLUMNS], *([*values, *(one[name] for name in _COLUMNS)] for one in observations)]
    return "".join(",".join(row) + "\n" for row in rows).encode("utf-8-sig")


def _message(root: str, name: str, schemas: str, structure: str, body: str, dimension: str) -> bytes:
    header = (
        f"<mes:Header><mes:ID>sample</mes:ID><mes:Test>true</mes:Test>"
        f"<mes:Prepared>2025-04-20T09:00:00</mes:Prepared>"
        f'<mes:Sender id="OFFICE"/><mes:Receiver id="XUSHI"/>'
        f'<mes:Structure structureID="TRADE" {structure} dimensionAtObservation="{dimension}">'
        f'<com:StructureUsage><Ref agencyID="OFFICE" id="TRADE" version="1.0" class="Dataflow"/></com:StructureUsage>'
        f"</mes:Structure></mes:Header>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<mes:{name} xmlns:mes="{root}/message" xmlns:com="{root}/common" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {schemas}>{header}{body}</mes:{name}>'
    ).encode()


def generic(observations: Sequence[Observation]) -> bytes:
    """SDMX-ML 2.1 generic, one series for each observation."""
    body = ""
    for one in observations:
        key = "".join(f'<gen:Value id="{name}" value="{one[name]}"/>' for name in _SERIES)
        said = "".join(f'<gen:Value id="{name}" value="{one[name]}"/>' for name in _SAID)
        body += (
            f"<gen:Series><gen:SeriesKey>{key}</gen:SeriesKey><gen:Obs>"
            f'<gen:ObsDimension value="{one["TIME_PERIOD"]}"/><gen:ObsValue value="{one["OBS_VALUE"]}"/>'
            f"<gen:Attributes>{said}</gen:Attributes></gen:Obs></gen:Series>"
        )
    data = f'<mes:DataSet structureRef="TRADE">{body}</mes:DataSet>'
    return _message(_ROOT, "GenericData", f'xmlns:gen="{_ROOT}/data/generic"', "", data, "TIME_PERIOD")


def _specific(namespace: str, observations: Sequence[Observation], flat: bool) -> tuple[str, str]:
    """Schemas and data set; `flat` writes observations without series."""
    body = ""
    for one in observations:
        series = " ".join(f'{name}="{one[name]}"' for name in _SERIES)
        said = " ".join(f'{name}="{one[name]}"' for name in ("TIME_PERIOD", "OBS_VALUE", *_SAID))
        body += f"<Obs {series} {said}/>" if flat else f"<Series {series}><Obs {said}/></Series>"
    schemas = f'xmlns:ss="{namespace}/data/structurespecific" xmlns:ns1="urn:sample:TRADE:ObsLevelDim:TIME_PERIOD"'
    data = (
        f'<mes:DataSet ss:structureRef="TRADE" xsi:type="ns1:DataSetType" ss:dataScope="DataStructure" '
        f'action="Replace">{body}</mes:DataSet>'
    )
    return schemas, data


def specific(observations: Sequence[Observation]) -> bytes:
    """SDMX-ML 2.1 structure specific, with series."""
    schemas, data = _specific(_ROOT, observations, flat=False)
    return _message(_ROOT, "StructureSpecificData", schemas, 'namespace="urn:sample:TRADE"', data, "TIME_PERIOD")


def flat(observations: Sequence[Observation]) -> bytes:
    """SDMX-ML 2.1 structure specific, observations alone."""
    schemas, data = _specific(_ROOT, observations, flat=True)
    return _message(_ROOT, "StructureSpecificData", schemas, 'namespace="urn:sample:TRADE"', data, "AllDimensions")


def specific_3(observations: Sequence[Observation]) -> bytes:
    """SDMX-ML 3.0 structure specific."""
    schemas, data = _specific(_ROOT_3, observations, flat=True)
    message = _message(_ROOT_3, "StructureSpecificData", schemas, 'namespace="urn:sample:TRADE"', data, "AllDimensions")
    reference = b'<Ref agencyID="OFFICE" id="TRADE" version="1.0" class="Dataflow"/>'
    return message.replace(reference, b"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=OFFICE:TRADE(1.0)")


Lists = dict[str, list[str]]


def _lists(observations: Sequence[Observation]) -> Lists:
    """Of each column the texts that it holds, each once; places in these are what SDMX-JSON is made of."""
    return {name: list(dict.fromkeys(one[name] for one in observations)) for name in _COLUMNS}


def _components(names: Iterable[str], lists: Lists) -> list[dict[str, Any]]:
    return [{"id": name, "values": [{"id": text, "name": text} for text in lists[name]]} for name in names]


def _places(one: Observation, names: Iterable[str], lists: Lists) -> str:
    return ":".join(str(lists[name].index(one[name])) for name in names)


def _number(text: str) -> str | None:
    """A mark that `_dumped` replaces by the number as it is written."""
    return None if text == "NaN" else f"#{text}#"


def _dumped(message: dict[str, Any]) -> bytes:
    return re.sub(r'"#(.*?)#"', r"\1", json.dumps(message)).encode()


def json_1(observations: Sequence[Observation]) -> bytes:
    """SDMX-JSON 1.0 with series; the power of ten is an attribute of the series."""
    lists, series = _lists(observations), dict[str, Any]()
    for one in observations:
        of_series = series.setdefault(
            _places(one, _SERIES, lists), {"attributes": [int(_places(one, ["UNIT_MULT"], lists))], "observations": {}}
        )
        said = [_number(one["OBS_VALUE"]), int(_places(one, ["OBS_STATUS"], lists))]
        of_series["observations"][_places(one, ["TIME_PERIOD"], lists)] = said
    structure = {
        "dimensions": {"series": _components(_SERIES, lists), "observation": _components(["TIME_PERIOD"], lists)},
        "attributes": {"series": _components(["UNIT_MULT"], lists), "observation": _components(["OBS_STATUS"], lists)},
    }
    return _dumped({"data": {"structure": structure, "dataSets": [{"action": "Information", "series": series}]}})


def json_2(observations: Sequence[Observation]) -> bytes:
    """SDMX-JSON 2.0 without series; the power of ten belongs to the indicator, values of the status stand there."""
    lists, names = _lists(observations), (*_SERIES, "TIME_PERIOD")
    structure = {
        "dimensions": {"observation": _components(names, lists)},
        "measures": {"observation": [{"id": "OBS_VALUE"}]},
        "attributes": {
            "dimensionGroup": _components(["UNIT_MULT"], lists),
            "observation": [{"id": "OBS_STATUS", "default": "A"}],
        },
    }
    groups = {
        f"::{_places(one, ['INDICATOR'], lists)}:": [int(_places(one, ["UNIT_MULT"], lists))] for one in observations
    }
    found = {
        _places(one, names, lists): [
            _number(one["OBS_VALUE"]),
            *([one["OBS_STATUS"]] if one["OBS_STATUS"] != "A" else []),
        ]
        for one in observations
    }
    data_set = {"structure": 0, "action": "Replace", "dimensionGroupAttributes": groups, "observations": found}
    return _dumped({"meta": {"id": "sample"}, "data": {"structures": [structure], "dataSets": [data_set]}})


FORMATS: dict[str, Callable[[Sequence[Observation]], bytes]] = {
    "csv 1.0": csv_1,
    "csv 2.0": csv_2,
    "csv with labels": csv_labelled,
    "generic 2.1": generic,
    "structure specific 2.1": specific,
    "structure specific 2.1 without series": flat,
    "structure specific 3.0": specific_3,
    "json 1.0": json_1,
    "json 2.0 without series": json_2,
}
