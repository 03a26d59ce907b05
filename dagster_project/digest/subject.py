"""What a report is about: one department, or everything that a document commits to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from validators.catalogue import Catalogue, Words


class SubjectKind(StrEnum):
    """What a report is about."""

    DOCUMENT = "document"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Subject:
    """`key`: of the document or the department in the catalogue."""

    kind: SubjectKind
    key: str
    name: Words

    @property
    def slug(self) -> str:
        """A name for files and for what was sent: letters, digits, '-' and '_' alone."""
        return f"{self.kind.value}-{self.key}"


def document(catalogue: Catalogue, key: str) -> Subject:
    """All targets of a document. KeyError for one that the catalogue doesn't have."""
    return Subject(SubjectKind.DOCUMENT, key, catalogue.documents[key].title)


def department(catalogue: Catalogue, key: str) -> Subject:
    """What a department answers for. KeyError for one that the catalogue doesn't have."""
    return Subject(SubjectKind.DEPARTMENT, key, catalogue.departments[key].name)


def subjects(catalogue: Catalogue) -> tuple[Subject, ...]:
    """The documents, then every department that leads or is responsible for a target, in the catalogue's order."""
    involved = {
        key for target in catalogue.targets.values() for key in (target.owners.lead, *target.owners.responsible) if key
    }
    documents = [document(catalogue, key) for key in catalogue.documents]
    return (*documents, *(department(catalogue, key) for key in catalogue.departments if key in involved))
