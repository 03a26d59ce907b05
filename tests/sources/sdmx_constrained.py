"""Constraints on the sample flow OFFICE:TRADE(1.0), as services write them, and messages that hold them."""

from __future__ import annotations

from pysdmx.io.xml.doc_validation import validate_doc

FLOW = '<str:Dataflow><Ref id="TRADE" agencyID="OFFICE" version="1.0" class="Dataflow"/></str:Dataflow>'
DEFINITION = (
    '<str:DataStructure><Ref id="TRADE" agencyID="OFFICE" version="1.0" class="DataStructure"/></str:DataStructure>'
)
_URN = "urn:sdmx:org.sdmx.infomodel.datastructure."
FLOW_3 = f"<str:Dataflow>{_URN}Dataflow=OFFICE:TRADE(1.0)</str:Dataflow>"
DEFINITION_3 = f"<str:DataStructure>{_URN}DataStructure=OFFICE:TRADE(1.0)</str:DataStructure>"


def codes(dimension: str, *values: str, **said: str) -> str:
    """The selection of a dimension; `cascadeValues` goes to its values."""
    below = f' cascadeValues="{said.pop("cascadeValues")}"' if "cascadeValues" in said else ""
    more = "".join(f' {name}="{value}"' for name, value in said.items())
    inside = "".join(f"<com:Value{below}>{value}</com:Value>" for value in values)
    return f'<com:KeyValue id="{dimension}"{more}>{inside}</com:KeyValue>'


def region(*selections: str, include: bool = True) -> str:
    return f'<str:CubeRegion include="{str(include).lower()}">{"".join(selections)}</str:CubeRegion>'


def keys(*listed: dict[str, str], include: bool = True) -> str:
    """A set of keys."""
    inside = "".join(
        f"<str:Key>{''.join(codes(name, value) for name, value in one.items())}</str:Key>" for one in listed
    )
    return f'<str:DataKeySet isIncluded="{str(include).lower()}">{inside}</str:DataKeySet>'


def constraint(
    *content: str, role: str | None = "Allowed", on: str = FLOW, name: str = "CODES", version: str = "1.0", **said: str
) -> str:
    """A ContentConstraint of SDMX-ML 2.1; `role` None leaves out what kind it is."""
    kind = "" if role is None else f' type="{role}"'
    return _element("ContentConstraint", kind, content, on, name, version, said)


def constraint_3(
    *content: str, role: str | None = "Allowed", on: str = FLOW_3, name: str = "CODES", version: str = "1.0.0"
) -> str:
    """A DataConstraint of SDMX-ML 3.0."""
    kind = "" if role is None else f' role="{role}"'
    inside = "".join(content).replace("com:", "str:")
    return _element("DataConstraint", kind, (inside,), on, name, version, {})


def _element(
    element: str, kind: str, content: tuple[str, ...], on: str, name: str, version: str, said: dict[str, str]
) -> str:
    more = kind + "".join(f' {one}="{value}"' for one, value in said.items())
    return (
        f'<str:{element} id="{name}" agencyID="OFFICE" version="{version}"{more}><com:Name xml:lang="en">Codes'
        f"</com:Name><str:ConstraintAttachment>{on}</str:ConstraintAttachment>{''.join(content)}</str:{element}>"
    )


def constrained(message: bytes, *constraints: str) -> bytes:
    """The structure message, of 2.1 or 3.0, with these constraints; it follows its schema."""
    text = message.decode()
    if "ContentConstraint" in "".join(constraints):
        listed = f"<str:Constraints>{''.join(constraints)}</str:Constraints>"
        text = text.replace("</mes:Structures>", f"{listed}</mes:Structures>")
    else:
        listed = f"<str:DataConstraints>{''.join(constraints)}</str:DataConstraints>"
        text = text.replace("<str:Dataflows>", f"{listed}<str:Dataflows>")
    validate_doc(text)
    return text.encode()
