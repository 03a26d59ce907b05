"""The same invented observations (sample data) in every format of SDMX that is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


FORMATS: dict[str, Callable[[Sequence[Observation]], bytes]] = {
    "csv 1.0": csv_1,
    "csv 2.0": csv_2,
    "csv with labels": csv_labelled,
    "generic 2.1": generic,
    "structure specific 2.1": specific,
    "structure specific 2.1 without series": flat,
    "structure specific 3.0": specific_3,
}
