"""The page: self-contained, escaped, well-formed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from dagster_project.scoreboard import Board, to_html

VOID = {"meta", "br", "col"}


class Outline(HTMLParser):
    """Checks that tags close in order, and keeps text, tags and attributes."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.words = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.words.append(data)


def read(page):
    outline = Outline()
    outline.feed(page)
    outline.close()
    assert outline.open == []
    return outline


def test_the_page_is_well_formed_and_has_a_row_for_every_target(board):
    outline = read(to_html(board))
    rows = [value for tag, name, value in outline.attributes if tag == "tr" and name == "id"]
    assert rows == board.rows["target"].tolist()


def test_the_page_fetches_nothing_and_runs_nothing(board):
    page = to_html(board)
    outline = read(page)
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(outline.tags)
    names = {name for _, name, _ in outline.attributes}
    assert not {"src", "href", "srcset", "action"} & names
    assert not any(name.startswith("on") for name in names)
    assert not re.search(r"url\(|@import|https?:", page)


def test_the_page_says_both_languages_reasons_and_light_words(board):
    text = "".join(read(to_html(board)).words)
    for words in (
        "落后序时进度（75.0%）8.8个百分点",
        "8.8 points behind the linear pace",
        "偏慢",
        "behind",
        "合计",
        "第2条",
        "章首",
    ):
        assert words in text


NASTY = "<script>alert('&\"x')</script>"
TEXT = [
    *("name_zh", "name_en", "condition_zh", "condition_en", "unit", "light_zh", "light_en", "period"),
    *("reason_zh", "reason_en"),
]


@pytest.mark.parametrize("column", TEXT)
def test_whatever_stands_in_a_row_is_escaped(board, column):
    rows = board.rows.copy()
    rows[column] = NASTY
    page = to_html(Board(rows, board.catalogue, board.as_of))
    assert "<script" not in page
    assert NASTY in "".join(read(page).words)


def test_titles_and_departments_of_the_catalogue_are_escaped(board, small_catalogue):
    whole = small_catalogue.model_dump()
    for document in whole["documents"].values():
        document["title"] = {"zh": NASTY, "en": NASTY}
        for chapter in document["chapters"].values():
            chapter["title"] = {"zh": NASTY, "en": NASTY}
    for department in whole["departments"].values():
        department["name"] = {"zh": NASTY, "en": NASTY}
    catalogue = type(small_catalogue).model_validate(whole)
    assert "<script" not in to_html(Board(board.rows, catalogue, board.as_of))


def test_sample_figures_are_marked_as_such(board):
    assert "示例数据" not in to_html(board)
    assert "示例数据" in to_html(Board(board.rows, board.catalogue, board.as_of, sample=True))


def test_an_empty_choice_gives_a_whole_page_that_says_so(board):
    assert "没有符合条件的目标" in "".join(read(to_html(board.select(region="330300", lights=["met"]))).words)
