"""The runbook: an entry for each alert, in both languages, where the messages' links lead."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from dashboards import runbook
from dashboards.alerts import Alert
from validators.catalogue import Catalogue


def test_every_alert_has_an_entry_with_all_its_parts(all_alerts: dict[str, Alert]) -> None:
    sections = re.split(r"^## ", runbook.FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert [section.splitlines()[0] for section in sections] == list(all_alerts)
    for section in sections:
        chinese = section.index("**含义**")
        assert chinese < section.index("**处置**") < section.index("**Meaning**") < section.index("**What to do**")
        assert "**涉及**" in section
        assert "**Whom it concerns**" in section


def test_the_widths_of_the_bands_are_those_of_the_catalogue(catalogue: Catalogue) -> None:
    wider = catalogue.model_copy(update={"bands": catalogue.bands.model_copy(update={"growth": 3.5})})
    assert "增速 3.5" in runbook.markdown(wider)
    assert "growth 3.5" in runbook.markdown(wider)


def test_the_page_has_the_anchors_of_the_links(catalogue: Catalogue, all_alerts: dict[str, Alert]) -> None:
    class Anchors(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [str(value) for name, value in attrs if name == "id"]

    parser = Anchors()
    parser.feed(runbook.page(catalogue))
    assert parser.found == [name.lower() for name in all_alerts]
