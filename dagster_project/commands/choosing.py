"""Which targets a command is about: the options that choose them, and the keys that those name.

Belongs here: options shared by commands that list targets, and refusing names that nobody has. Does not belong here:
choosing rows of any one list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from validators.catalogue import Catalogue
from validators.names import NameTable

Owner = Annotated[str | None, typer.Option(help="牵头或责任单位：代码、名称或别名 department: id, name, alias")]
Region = Annotated[str | None, typer.Option(help="地区：代码、名称或别名 region: code, name, alias")]
Document = Annotated[str | None, typer.Option(help="文件 document id")]
Chapter = Annotated[int | None, typer.Option(help="章号 chapter number")]


@dataclass(frozen=True, slots=True)
class Choice:
    """Keys of the catalogue; None chooses all."""

    owner: str | None
    region: str | None
    document: str | None
    chapter: int | None


def choice(
    catalogue: Catalogue, owner: str | None, region: str | None, document: str | None, chapter: int | None
) -> Choice:
    """The keys that the options name. A usage error (exit code 2), with what is near, for a name that nobody has."""
    if document is not None and document not in catalogue.documents:
        raise refusal("--document", f"没有这个文件 no such document: {document}", list(catalogue.documents))
    documents = [document] if document else list(catalogue.documents)
    chapters = sorted({number for key in documents for number in catalogue.documents[key].chapters})
    if chapter is not None and chapter not in chapters:
        raise refusal("--chapter", f"没有这一章 no such chapter: {chapter}", [str(number) for number in chapters])
    return Choice(
        named(NameTable(catalogue.departments), owner, "--owner", "没有这个单位 no such department"),
        named(NameTable(catalogue.regions), region, "--region", "没有这个地区 no such region"),
        document,
        chapter,
    )


def named(table: NameTable, name: str | None, option: str, words: str) -> str | None:
    """The key of what an option names. A usage error for a name that nobody has."""
    key = None if name is None else table.find(name)
    if name is not None and key is None:
        raise refusal(option, f"{words}: {name}", table.nearest(name))
    return key


def refusal(option: str, words: str, known: list[str]) -> typer.BadParameter:
    """A usage error that says what would do."""
    hint = f"；可用 known: {', '.join(known)}" if known else ""
    return typer.BadParameter(f"{words}{hint}", param_hint=option)
