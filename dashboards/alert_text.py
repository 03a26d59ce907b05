"""Texts of alerts with figures in them, for the two programs that fill them in: Prometheus and Grafana.

Belongs here: what a figure is, where it comes from, how it is written, and how a text that names figures and labels
becomes a Go template. Does not belong here: the texts (`alert_words.py`), the rules (`alerts.py`).

A text is a list of pieces that name what is filled in between angle brackets: `<name_zh>` is a label of the alert,
`<gap>` one of its figures; `<gap?>` says nothing itself. A piece that names a figure is left out where there is none.

Prometheus asks for the figures while it fills in the text, all of a text with one query: it does so for every alert at
every evaluation, and thousands of targets can be red. Grafana has no such function, but gives the values of the rule's
other queries by their names. No text for Grafana holds a `$`: its provisioning files put environment variables in
place of it, in some releases in some keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dashboards.promql import marked
from validators.catalogue import Words

OWN = "value"  # the figure that is the value of the alert's own expression
_NAMED = re.compile(r"<([a-z_]+)(\??)>")


class Form(StrEnum):
    """How a figure is written. A moment is the first one after its day or month in Shanghai, which is 16:00 UTC of that
    day, or of the month's last day: the date in UTC is the right one."""

    NUMBER = "number"  # at most two decimals, no zeros at the end
    WHOLE = "whole"
    DAY = "day"  # 2025-03-15
    MONTH = "month"  # 2025-03


_WRITTEN = {
    # \z and not $: see above.
    Form.NUMBER: r'printf "%.2f" | reReplaceAll "\\.?0+\\z" ""',
    Form.WHOLE: 'printf "%.0f"',
    Form.DAY: 'humanizeTimestamp | reReplaceAll " .*" ""',
    Form.MONTH: 'humanizeTimestamp | reReplaceAll "-[0-9]+ .*" ""',
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that belongs to an alert. `metric` has one series per value of the label `key`, and the alert has that
    label too; without a key it is one number for all alerts. With `positive`, what is 0 or less counts as no figure."""

    name: str
    metric: str
    key: str = ""
    form: Form = Form.NUMBER
    positive: bool = False

    @property
    def every(self) -> str:
        """PromQL for the figure of every key. It always has a series: Grafana takes a query without any for a rule
        without data, whatever its condition says."""
        if not self.key:
            return f"max ({self.metric}) or vector(0)"
        shown = " > 0" if self.positive else ""
        return f"max by ({self.key}) ({self.metric}){shown} or {marked('vector(0)', self.key, '-')}"


@dataclass(frozen=True, slots=True)
class Translation:
    """A name that stands for what a label says, in other words: `<name>` in a text. What isn't in `words` stays."""

    name: str
    label: str
    words: Mapping[str, str]

    def template(self, labels: str) -> str:
        """The Go template; the alert's labels are in `labels`."""
        cases = [f"if eq {labels}.{self.label} {_literal(said)} }}}}{other}" for said, other in self.words.items()]
        if not cases:
            return f"{{{{ {labels}.{self.label} }}}}"
        return "{{ " + "{{ else ".join(cases) + f"{{{{ else }}}}{{{{ {labels}.{self.label} }}}}{{{{ end }}}}"


Figures = Mapping[str, Figure]
# A sentence in pieces, in both languages.
Sentence = tuple[Words, ...]


class Prometheus:
    """Texts for the annotations of a Prometheus rule. `own` is how the value of its expression is written."""

    def __init__(self, figures: Sequence[Figure], own: Form, translations: Sequence[Translation] = ()) -> None:
        self._figures, self._own = {each.name: each for each in figures}, own
        self._translations = {each.name: each for each in translations}

    def text(self, *pieces: str) -> str:
        """The template for these pieces."""
        asked = [self._figures[name] for name in _asked(pieces, self._figures)]
        return self._query(asked) + "".join(self._piece(piece) for piece in pieces)

    def _query(self, asked: Sequence[Figure]) -> str:
        """Statements that set a variable for each figure; it stays empty where there is none."""
        if not asked:
            return ""
        keys = sorted({figure.key for figure in asked} - {""})
        series = [
            f"{{__name__=~{_quoted('|'.join(each.metric for each in asked if each.key == key))},{key}=%q}}"
            for key in keys
        ]
        series += [figure.metric for figure in asked if not figure.key]
        values = "".join(f" $labels.{key}" for key in keys)
        query = f'printf "max by (__name__) ({" or ".join(series)})"{values}'
        cases = [f'if eq $n "{each.metric}" }}}}{self._set(each)}' for each in asked]
        chosen = "{{ " + "{{ else ".join(cases) + "{{ end }}"
        empty = "".join(f'{{{{ ${each.name} := "" }}}}' for each in asked)
        return f'{empty}{{{{ range query ({query}) }}}}{{{{ $n := label "__name__" . }}}}{chosen}{{{{ end }}}}'

    def _set(self, figure: Figure) -> str:
        setting = f"{{{{ ${figure.name} = value . | {_WRITTEN[figure.form]} }}}}"
        shown = figure.positive or not figure.key
        return f"{{{{ if gt (value .) 0.0 }}}}{setting}{{{{ end }}}}" if shown else setting

    def _piece(self, piece: str) -> str:
        filled = _NAMED.sub(lambda found: "" if found[2] else self._filled(found[1]), piece)
        for name in _asked([piece], self._figures):
            filled = f"{{{{ if ${name} }}}}{filled}{{{{ end }}}}"
        return filled

    def _filled(self, name: str) -> str:
        if name == OWN:
            return f"{{{{ $value | {_WRITTEN[self._own]} }}}}"
        if name in self._translations:
            return self._translations[name].template("$labels")
        return f"{{{{ ${name} }}}}" if name in self._figures else f"{{{{ $labels.{name} }}}}"


class Grafana:
    """Texts for the annotations of a rule that Grafana manages. The rule has a query by the name of every figure."""

    def __init__(self, figures: Sequence[Figure], own: Form, translations: Sequence[Translation] = ()) -> None:
        self._figures, self._own = {each.name: each for each in figures}, own
        self._translations = {each.name: each for each in translations}

    def text(self, *pieces: str) -> str:
        """The template for these pieces."""
        return "".join(self._piece(piece) for piece in pieces)

    def _piece(self, piece: str) -> str:
        filled = _NAMED.sub(lambda found: "" if found[2] else self._filled(found[1]), piece)
        for name in _asked([piece], self._figures):
            # A map gives an empty value for a name that isn't there: without labels, and 0.
            there = "Labels" if self._figures[name].key else "Value"
            filled = f'{{{{ if (index .Values "{name}").{there} }}}}{filled}{{{{ end }}}}'
        return filled

    def _filled(self, name: str) -> str:
        if name == OWN or name in self._figures:
            form = self._own if name == OWN else self._figures[name].form
            return f'{{{{ (index .Values "{name}").Value | {_WRITTEN[form]} }}}}'
        if name in self._translations:
            return self._translations[name].template(".Labels")
        return f"{{{{ .Labels.{name} }}}}"


def _asked(pieces: Iterable[str], figures: Figures) -> list[str]:
    """The names of the figures of other metrics that the pieces name, each once, in their order."""
    return list(dict.fromkeys(found[1] for piece in pieces for found in _NAMED.finditer(piece) if found[1] in figures))


def _literal(text: str) -> str:
    """A string of a Go template; JSON writes them the same way."""
    return json.dumps(text, ensure_ascii=False)


def _quoted(text: str) -> str:
    """A string of PromQL inside a string of a Go template."""
    return f'\\"{text}\\"'
