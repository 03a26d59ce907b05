"""Options of single columns or series: overrides of a panel's defaults.

Belongs here: matchers and the properties they set. Does not belong here: whole panels (`panels.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from grafana_foundation_sdk.models import dashboard as model

from dashboards.lights import LIGHTS

Override = model.DashboardFieldConfigSourceOverrides
Property = model.DynamicConfigValue


def named(name: str, *properties: Property | Iterable[Property]) -> Override:
    """Properties of the column or series with this displayed name."""
    return Override(matcher=model.MatcherConfig(id_val="byName", options=name), properties=_flat(properties))


def matching(regex: str, *properties: Property | Iterable[Property]) -> Override:
    """Properties of all columns or series whose displayed name the regular expression (in slashes) finds."""
    return Override(matcher=model.MatcherConfig(id_val="byRegexp", options=regex), properties=_flat(properties))


def unit(text: str) -> Property:
    """The unit."""
    return Property(id_val="unit", value=text)


def display_name(text: str) -> Property:
    """The name in place of the series' own."""
    return Property(id_val="displayName", value=text)


def decimals(count: int) -> Property:
    """Digits after the point."""
    return Property(id_val="decimals", value=count)


def width(pixels: int) -> Property:
    """The column's width."""
    return Property(id_val="custom.width", value=pixels)


def no_value(text: str) -> Property:
    """What stands for a missing value."""
    return Property(id_val="noValue", value=text)


def color(name: str) -> Property:
    """One colour, whatever the value."""
    return Property(id_val="color", value={"mode": "fixed", "fixedColor": name})


def hidden() -> list[Property]:
    """A column that is there for links alone: by its name up to Grafana 12, and by the one of later releases."""
    return [
        Property(id_val="custom.hidden", value=True),
        Property(id_val="custom.hideFrom", value={"legend": False, "tooltip": True, "viz": True}),
    ]


def filled() -> list[Property]:
    """A table cell filled with its colour."""
    return _cell("color-background-solid", {"mode": "basic", "type": "color-background"})


def colored_text() -> list[Property]:
    """A table cell whose text has its colour."""
    return _cell("color-text", {"type": "color-text"})


def gauge(maximum: float) -> list[Property]:
    """A table cell with a bar from 0 to `maximum`."""
    return [
        *_cell("basic", {"mode": "basic", "type": "gauge"}),
        Property(id_val="min", value=0),
        Property(id_val="max", value=maximum),
    ]


def colored_from(steps: dict[float | None, str]) -> list[Property]:
    """Colours by thresholds: from which value on which colour (None: from below)."""
    return [
        Property(
            id_val="thresholds",
            value={"mode": "absolute", "steps": [{"color": name, "value": value} for value, name in steps.items()]},
        ),
        Property(id_val="color", value={"mode": "thresholds"}),
    ]


def link(title: str, url: str, *, new_tab: bool = False) -> Property:
    """A link on every cell or point; ${__data.fields.x} is the row's column x, by its name in the data."""
    return Property(id_val="links", value=[{"title": title, "url": url, "targetBlank": new_tab}])


def texts(values: dict[str, str]) -> Property:
    """Words in place of values."""
    options = {value: {"index": index, "text": words} for index, (value, words) in enumerate(values.items())}
    return Property(id_val="mappings", value=[{"type": "value", "options": options}])


def light_texts() -> Property:
    """Words and colours in place of the ids of lights."""
    options = {
        light.id: {"index": index, "text": light.text, "color": light.color} for index, light in enumerate(LIGHTS)
    }
    return Property(id_val="mappings", value=[{"type": "value", "options": options}])


def light_colors() -> list[Override]:
    """Each light's column or series, named by its words, in its colour."""
    return [named(light.text, color(light.color)) for light in LIGHTS]


def light_states() -> list[model.ValueMapping]:
    """Words and colours in place of the badness of lights."""
    return [
        model.ValueMap(
            {
                str(light.badness): model.ValueMappingResult(text=light.text, color=light.color, index=index)
                for index, light in enumerate(LIGHTS)
            }
        )
    ]


def bars() -> Property:
    """Bars instead of a line."""
    return Property(id_val="custom.drawStyle", value="bars")


def dashes(*lengths: int) -> Property:
    """A dashed line: dash and gap in pixels."""
    return Property(id_val="custom.lineStyle", value={"fill": "dash", "dash": list(lengths)})


def thick() -> Property:
    """A thicker line."""
    return Property(id_val="custom.lineWidth", value=3)


def fill(per_cent: int) -> Property:
    """Opacity of the area or bar."""
    return Property(id_val="custom.fillOpacity", value=per_cent)


def points(shown: str) -> Property:
    """Points on a line: always, auto, never."""
    return Property(id_val="custom.showPoints", value=shown)


def _cell(display_mode: str, cell_options: dict[str, object]) -> list[Property]:
    return [
        Property(id_val="custom.displayMode", value=display_mode),
        Property(id_val="custom.cellOptions", value=cell_options),
    ]


def _flat(properties: Iterable[Property | Iterable[Property]]) -> list[Property]:
    flat: list[Property] = []
    for one in properties:
        flat.extend([one] if isinstance(one, Property) else one)
    return flat
