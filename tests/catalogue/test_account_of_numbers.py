"""The account of numbers: each number of the two policy documents is a target's value, or left out for a stated reason.

`numbers.csv` beside this file has one row per number in the order of the texts (article 0: a chapter's opening
paragraph). `target` names the targets that the number belongs to (several where one number speaks for several, such as
"one each"), `reason` says why it is none; `context` is a word or two by which to find it. The documents themselves
aren't part of the project: the last test compares with them where they are at hand.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from validators.catalogue import Catalogue, Target

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DIGITS = re.compile(r"\d+(?:\.\d+)?")
DUE = re.compile(r"(?:(?P<year>\d{4})年|(?P<month>\d{1,2})月底)")
CHAPTER_HEADING = re.compile(r"(?P<number>[一二三四五六七八九十]+)、.*牵头\)")
ARTICLE_HEADING = re.compile(r"\((?P<number>[一二三四五六七八九十]+)\)")

# Numbers that the texts write in words, or whose unit only the words around them tell.
WORDS: dict[str, tuple[Decimal, str]] = {
    "三分之二": (Decimal("66.67"), "%"),
    "正增长": (Decimal(0), "%"),
    "十方面": (Decimal(10), "个"),
    "10大": (Decimal(10), "家"),
    "外资项目": (Decimal(1), "个"),  # no count in the text: at least one
}


@dataclass(frozen=True, slots=True)
class Row:
    """One number of a document."""

    document: str
    chapter: int
    article: int
    number: str
    context: str
    targets: tuple[str, ...]
    reason: str


def read_account() -> tuple[Row, ...]:
    with (HERE / "numbers.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(
                document=line["document"],
                chapter=int(line["chapter"]),
                article=int(line["article"]),
                number=line["number"],
                context=line["context"],
                targets=tuple(line["target"].split()),
                reason=line["reason"],
            )
            for line in csv.DictReader(file)
        )


@pytest.fixture(scope="module")
def account() -> tuple[Row, ...]:
    return read_account()


@pytest.fixture(scope="module")
def cited(account: tuple[Row, ...], catalogue: Catalogue) -> list[tuple[Row, str, Target]]:
    """Each pair of a number and a target of it."""
    return [
        (row, name, catalogue.targets[name]) for row in account for name in row.targets if name in catalogue.targets
    ]


def says(row: Row, target: Target, catalogue: Catalogue) -> bool:
    """Whether the number as written is the target's value in its unit, or its due month."""
    if due := DUE.fullmatch(row.number):
        year, month = target.due.split("-")
        return due["year"] == year if due["year"] else int(due["month"]) == int(month)
    if row.number in WORDS:
        return WORDS[row.number] == (target.value, target.unit)
    if row.number.startswith("前"):
        return (Decimal(row.number.removeprefix("前")), "位") == (target.value, target.unit)
    number = row.number.replace("“", "").replace("”", "")  # the city writes “3”个
    digits = DIGITS.match(number)
    if digits is None:
        return False
    unit = catalogue.units[target.unit]
    # 4.4个 is written where the sentence has already said "per thousand": the unit's part before the stroke
    written = number[digits.end() :]
    return Decimal(digits[0]) == target.value and written in {target.unit, target.unit.partition("/")[0], *unit.aliases}


def test_each_number_is_a_target_or_has_a_reason(account: tuple[Row, ...]) -> None:
    assert [row for row in account if bool(row.targets) == bool(row.reason)] == []


def test_the_targets_named_in_the_account_exist(account: tuple[Row, ...], catalogue: Catalogue) -> None:
    assert {name for row in account for name in row.targets} - set(catalogue.targets) == set()


def test_every_target_is_accounted_for(account: tuple[Row, ...], catalogue: Catalogue) -> None:
    assert set(catalogue.targets) - {name for row in account for name in row.targets} == set()


def test_a_target_cites_the_article_in_which_its_number_stands(cited: list[tuple[Row, str, Target]]) -> None:
    wrong = [
        (name, row.document, row.chapter, row.article)
        for row, name, target in cited
        if (target.cite.document, target.cite.chapter, target.cite.article) != (row.document, row.chapter, row.article)
    ]
    assert wrong == []


def test_a_target_has_the_value_unit_or_due_month_that_the_text_writes(
    cited: list[tuple[Row, str, Target]], catalogue: Catalogue
) -> None:
    wrong = [
        f"{row.number}: {name} has {target.value} {target.unit}, due {target.due}"
        for row, name, target in cited
        if not says(row, target, catalogue)
    ]
    assert wrong == []


def test_the_account_runs_in_the_order_of_the_documents(account: tuple[Row, ...], catalogue: Catalogue) -> None:
    for document in catalogue.documents:
        places = [(row.chapter, row.article) for row in account if row.document == document]
        assert places == sorted(places)
        assert {chapter for chapter, _ in places} <= set(catalogue.documents[document].chapters)


@pytest.mark.parametrize(("document", "at_least"), [("longwan-2025", 111), ("wenzhou-2025", 91)])
def test_as_many_targets_as_the_documents_promise(catalogue: Catalogue, document: str, at_least: int) -> None:
    assert sum(target.cite.document == document for target in catalogue.targets.values()) >= at_least


@pytest.mark.parametrize("document", ["longwan-2025", "wenzhou-2025"])
def test_every_digit_of_the_text_is_in_the_account_in_order(account: tuple[Row, ...], document: str) -> None:
    folder = Path(os.environ.get("XUSHI_POLICY") or ROOT.parent / "shared" / "policy")
    text = folder / f"{document}.txt"
    if not text.is_file():
        pytest.skip(f"no policy text at {text}; set XUSHI_POLICY to the folder that holds it")
    written = list(digits_of(text.read_text(encoding="utf-8")))
    accounted = [
        (row.chapter, row.article, digits)
        for row in account
        if row.document == document
        for digits in DIGITS.findall(row.number)
    ]
    assert accounted == written


def digits_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Chapter, article and digit group, from the first chapter heading on, in order."""
    chapter = article = 0
    for line in map(str.strip, text.splitlines()):
        if heading := CHAPTER_HEADING.fullmatch(line):
            chapter, article = chinese_number(heading["number"]), 0
        if chapter == 0:
            continue
        if heading := ARTICLE_HEADING.match(line):
            article = chinese_number(heading["number"])
        for digits in DIGITS.findall(line):
            yield chapter, article, digits


def chinese_number(text: str) -> int:
    """一 to 九十九."""
    tens, ten, ones = text.rpartition("十")
    value = {character: index for index, character in enumerate("一二三四五六七八九", start=1)}
    return (value.get(tens, 1) * 10 if ten else 0) + value.get(ones, 0)
