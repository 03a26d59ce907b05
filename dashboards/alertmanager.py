"""Alertmanager's configuration from the catalogue and the contacts: who gets which message, when, and what keeps quiet.

Belongs here: routes, receivers, inhibition, times. Does not belong here: what a message looks like (`templates/`),
conditions (`alerts.py`), DingTalk and Feishu themselves (`relay.py`).

Written for Alertmanager 0.25 and later. The configuration holds secrets: whoever writes it, writes it for the owner's
eyes alone (`private_file.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from dashboards.alerts import Kind
from validators.catalogue import Catalogue
from validators.contacts import Contact, Contacts
from validators.contacts_file import Secrets

TEMPLATES = Path(__file__).resolve().parent / "templates"
_STAYS_RED = "TargetStaysRed"
_WORKING_HOURS = "working-hours"
_ZONE = "Asia/Shanghai"
_PIPELINE_REPEAT = "1d"
_HELD_BACK = "|".join((Kind.TARGET, Kind.DATA, Kind.SOURCE))
_HEADER = "# Made by `xushi alerts config`; it may hold secrets. Changes made here are lost.\n"


def configuration(
    catalogue: Catalogue, contacts: Contacts, secrets: Secrets, *, templates: Path = TEMPLATES
) -> dict[str, Any]:
    """The configuration, with secrets in it. `templates` is their folder as Alertmanager sees it. Raises ContactsError
    for a secret that isn't where the contacts say."""
    made: dict[str, Any] = {"global": _global(contacts, secrets)}
    made["templates"] = [str(templates / "*.tmpl")]
    made["route"] = _route(catalogue, contacts)
    hours = contacts.sending.working_hours
    if hours is not None:
        times = {
            "times": [{"start_time": hours.start, "end_time": hours.end}],
            "weekdays": list(hours.days),
            "location": _ZONE,
        }
        made["time_intervals"] = [{"name": _WORKING_HOURS, "time_intervals": [times]}]
    made["inhibit_rules"] = _inhibitions()
    made["receivers"] = list(_receivers(catalogue, contacts, secrets))
    return made


def text(made: dict[str, Any]) -> str:
    """The configuration as YAML, Chinese as it is."""
    return _HEADER + yaml.safe_dump(made, allow_unicode=True, sort_keys=False, width=1_000_000)


def without_contact(catalogue: Catalogue, contacts: Contacts) -> tuple[str, ...]:
    """The departments that own a target, publish a table or lead a chapter, and have no contact of their own: their
    messages go to the default one."""
    owners = {target.owners.lead or target.owners.responsible[0] for target in catalogue.targets.values()}
    publishers = {one for dataset in catalogue.datasets.values() for one in dataset.publishers.values()}
    concerned = owners | publishers | set(_led(catalogue))
    return tuple(key for key in catalogue.departments if key in concerned and key not in contacts.departments)


def _global(contacts: Contacts, secrets: Secrets) -> dict[str, Any]:
    made: dict[str, Any] = {}
    smtp, wecom = contacts.smtp, contacts.wecom
    if smtp is not None:
        made |= {"smtp_smarthost": f"{smtp.host}:{smtp.port}", "smtp_from": smtp.sender}
        made["smtp_require_tls"] = smtp.starttls
        if smtp.username is not None and smtp.password is not None:
            made["smtp_auth_username"] = smtp.username
            path = secrets.path(smtp.password)
            if path is not None:  # read by Alertmanager itself, but let a missing file be noticed here
                secrets.read(smtp.password, "smtp.password")
                made["smtp_auth_password_file"] = str(path)
            else:
                made["smtp_auth_password"] = secrets.read(smtp.password, "smtp.password")
    if wecom is not None:
        made |= {"wechat_api_url": wecom.api_url.rstrip("/") + "/", "wechat_api_corp_id": wecom.corp_id}
        made["wechat_api_secret"] = secrets.read(wecom.secret, "wecom.secret")
    return made


# ---- routes


def _route(catalogue: Catalogue, contacts: Contacts) -> dict[str, Any]:
    sending = contacts.sending
    return {
        "receiver": "default",
        # One department gets one message with all that is new, whatever it is about.
        "group_by": ["owner"],
        "group_wait": sending.wait,
        "group_interval": sending.interval,
        "repeat_interval": f"{sending.repeat_weeks}w",
        "routes": list(_routes(catalogue, contacts)),
    }


def _routes(catalogue: Catalogue, contacts: Contacts) -> Iterator[dict[str, Any]]:
    pipeline = {"receiver": "default" if contacts.operations is None else "operations"}
    yield pipeline | {"matchers": [_is("kind", Kind.PIPELINE)], "repeat_interval": _PIPELINE_REPEAT}
    # Those who run the system put a source right; it is no failure of the pipeline, which would hold back the others.
    yield pipeline | {"matchers": [_is("kind", Kind.SOURCE)]}
    hours = contacts.sending.working_hours

    def kept(route: dict[str, Any]) -> dict[str, Any]:
        return route if hours is None else route | {"active_time_intervals": [_WORKING_HOURS]}

    for route in _escalations(catalogue, contacts):
        yield kept(route | {"group_by": ["document"], "continue": True})
    for key in contacts.departments:
        yield kept({"receiver": f"department-{key}", "matchers": [_is("owner", key)]})
    # The root itself can't keep to hours.
    yield kept({"receiver": "default"})


def _escalations(catalogue: Catalogue, contacts: Contacts) -> Iterator[dict[str, Any]]:
    """Who gets what stays red beside its own department."""
    long_red = _is("alertname", _STAYS_RED)
    if contacts.escalation is not None:
        yield {"receiver": "escalation", "matchers": [long_red]}
    for lead, chapters in _led(catalogue).items():
        if lead not in contacts.departments and contacts.escalation is not None:
            continue
        for document, numbers in chapters.items():
            of_chapters = f'chapter=~"{"|".join(str(number) for number in numbers)}"'
            # Its own targets reach the lead by its own route.
            matchers = [long_red, _is("document", document), of_chapters, f'owner!="{lead}"']
            yield {"receiver": f"lead-{lead}" if lead in contacts.departments else "lead-default", "matchers": matchers}


def _led(catalogue: Catalogue) -> dict[str, dict[str, list[int]]]:
    """Chapters by lead department and document."""
    found: dict[str, dict[str, list[int]]] = {}
    for document, entry in catalogue.documents.items():
        for number, chapter in entry.chapters.items():
            if chapter.lead is not None:
                found.setdefault(chapter.lead, {}).setdefault(document, []).append(number)
    return found


def _is(label: str, value: str) -> str:
    return f'{label}="{value}"'


def _inhibitions() -> list[dict[str, Any]]:
    return [
        # While the figures can't be trusted to be fresh, nobody is told what they say, nor that it is over.
        {"source_matchers": [_is("kind", Kind.PIPELINE)], "target_matchers": [f'kind=~"{_HELD_BACK}"']},
        {
            "source_matchers": [_is("alertname", _STAYS_RED)],
            "target_matchers": ['alertname="TargetOffTrack"'],
            "equal": ["target"],
        },
    ]


# ---- receivers


def _receivers(catalogue: Catalogue, contacts: Contacts, secrets: Secrets) -> Iterator[dict[str, Any]]:
    for name, contact in contacts.everybody():
        yield {"name": name, **_ways(name, contact, contacts, secrets, escalated=name == "escalation")}
    for lead in _led(catalogue):
        if lead in contacts.departments:
            found = _ways(f"department-{lead}", contacts.departments[lead], contacts, secrets, escalated=True)
            yield {"name": f"lead-{lead}", **found}
    if contacts.escalation is None:
        yield {"name": "lead-default", **_ways("default", contacts.default, contacts, secrets, escalated=True)}


def _ways(
    name: str, contact: Contact, contacts: Contacts, secrets: Secrets, *, escalated: bool
) -> dict[str, list[dict[str, Any]]]:
    """The ways to reach a contact, as a receiver has them. `name` is the contact's own for the relay."""
    made: dict[str, list[dict[str, Any]]] = {}
    subject = '{{ template "xushi.escalation.subject" . }}' if escalated else '{{ template "xushi.subject" . }}'
    if contact.email:
        mail = {
            "to": ", ".join(contact.email),
            "headers": {"Subject": subject},
            "html": '{{ template "xushi.email.html" . }}',
            "text": '{{ template "xushi.email.text" . }}',
        }
        made["email_configs"] = [{"send_resolved": True, **mail}]
    if contact.wecom is not None:
        message = {"message_type": "text", "message": '{{ template "xushi.wecom" . }}'}
        made["wechat_configs"] = [{"send_resolved": True, **contact.wecom.model_dump(exclude_defaults=True), **message}]
    hooks = [secrets.read(hook, f"{name}.webhook") for hook in contact.webhook]
    relay = contacts.relay.rstrip("/")
    hooks += [f"{relay}/{way}/{name}" for way in ("dingtalk", "feishu") if getattr(contact, way) is not None]
    if hooks:
        made["webhook_configs"] = [{"send_resolved": True, "url": url} for url in hooks]
    return made
