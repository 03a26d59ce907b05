"""Who gets messages, and by what: the shape of contacts.yaml.

Belongs here: frozen models of addresses, accounts and times of sending. Does not belong here: reading the file
(`contacts_file.py`), what is sent (`dashboards`: alerts; `digest`: the monthly report), which department answers for
what (the catalogue).

Contacts are an installation's own and never part of the catalogue. Secrets do not stand in the file: it says in which
environment variable or file they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Address = Annotated[str, StringConstraints(pattern=r"^[^@\s,;:<>\"']+@[^@\s,;:<>\"']+$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Duration = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*[smh]$")]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)


class Secret(_Frozen):
    """Where a secret is: exactly one of the two."""

    env: Variable | None = None
    """环境变量名 environment variable that holds it"""
    file: Path | None = None
    """文件路径，可相对于联系人文件 file that holds it, relative to the contacts file or absolute"""

    @model_validator(mode="after")
    def _one(self) -> Secret:
        if (self.env is None) == (self.file is None):
            raise ValueError("give one of env and file")
        return self


class Hook(_Frozen):
    """A URL to call: as it is, or in a place for secrets where it contains one."""

    url: Url | None = None
    """网址 the URL, where it holds no secret"""
    env: Variable | None = None
    """环境变量名 environment variable that holds it"""
    file: Path | None = None
    """文件路径 file that holds it"""

    @model_validator(mode="after")
    def _one(self) -> Hook:
        if sum(given is not None for given in (self.url, self.env, self.file)) != 1:
            raise ValueError("give one of url, env and file")
        return self


class Smtp(_Frozen):
    """The mail server."""

    host: str = Field(min_length=1)
    """服务器 host"""
    port: int = Field(default=587, ge=1, le=65535)
    """端口，465 为直接 TLS port; 465 is TLS from the first byte"""
    sender: Address
    """发件人 address in From"""
    username: str | None = None
    """用户名 user name, where the server wants one"""
    password: Secret | None = None
    """密码所在 where the password is"""
    starttls: bool = True
    """是否要求 STARTTLS whether TLS is required; only a server on the same machine may do without"""


class WecomAccount(_Frozen):
    """The company's own application in WeCom (企业微信自建应用)."""

    corp_id: str = Field(min_length=1)
    """企业 ID corp id"""
    secret: Secret
    """应用 Secret 所在 where the application's secret is"""
    api_url: Url = "https://qyapi.weixin.qq.com/cgi-bin/"
    """接口地址 where the API is"""


class WecomReceiver(_Frozen):
    """Who gets a message of the application; at least one of user, party and tag."""

    agent_id: str = Field(min_length=1)
    """应用 AgentId the application's id"""
    to_user: str = ""
    """成员，以 | 分隔 members, separated by |"""
    to_party: str = ""
    """部门，以 | 分隔 departments, separated by |"""
    to_tag: str = ""
    """标签，以 | 分隔 tags, separated by |"""

    @model_validator(mode="after")
    def _somebody(self) -> WecomReceiver:
        if not (self.to_user or self.to_party or self.to_tag):
            raise ValueError("give to_user, to_party or to_tag")
        return self


class Robot(_Frozen):
    """A robot of a DingTalk or Feishu group. Its URL lets anybody write there, so it is a secret."""

    url: Secret
    """机器人网址所在 where its URL is"""
    secret: Secret | None = None
    """加签密钥所在 where its signing key is, if it wants signatures"""


class Contact(_Frozen):
    """How somebody is reached: every way given is used."""

    email: tuple[Address, ...] = ()
    """邮箱 addresses"""
    wecom: WecomReceiver | None = None
    """企业微信 WeCom"""
    webhook: tuple[Hook, ...] = ()
    """通用 webhook：Alertmanager 的 JSON generic webhooks: Alertmanager's JSON is posted there"""
    dingtalk: Robot | None = None
    """钉钉群机器人 robot of a DingTalk group"""
    feishu: Robot | None = None
    """飞书群机器人 robot of a Feishu group"""

    @model_validator(mode="after")
    def _reachable(self) -> Contact:
        if not (self.email or self.wecom or self.webhook or self.dingtalk or self.feishu):
            raise ValueError("give at least one of email, wecom, webhook, dingtalk and feishu")
        return self


class WorkingHours(_Frozen):
    """When departments are written to, Beijing time; what comes up outside waits. Operations are told at once."""

    days: tuple[Day, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    """星期几 days"""
    start: Clock = "08:30"
    """开始 from"""
    end: Clock = "18:00"
    """结束 until"""


class Sending(_Frozen):
    """When messages go out."""

    wait: Duration = "1m"
    """首条消息等待多久，以便合并 how long the first message waits for what else there is"""
    interval: Duration = "10m"
    """同一部门两条消息至少间隔多久 least time between two messages with news to one department"""
    repeat_weeks: int = Field(default=4, ge=1, le=12)
    """未恢复的几周重发一次 weeks after which what still holds is sent again"""
    working_hours: WorkingHours | None = None
    """工作时间（可不设） working hours; without them messages go out at any time"""


class Contacts(_Frozen):
    """The whole file; load with `contacts_file.load_contacts`."""

    smtp: Smtp | None = None
    """邮件服务器 mail server"""
    wecom: WecomAccount | None = None
    """企业微信应用 application in WeCom"""
    relay: Url = "http://127.0.0.1:9095"
    """钉钉、飞书转发服务的地址 where `xushi alerts relay` listens, for DingTalk and Feishu"""
    sending: Sending = Sending()
    """发送时间 when messages go out"""
    default: Contact
    """兜底联系人 gets whatever has nobody else, so that nothing is lost"""
    operations: Contact | None = None
    """系统运维，未设则为兜底联系人 whoever runs the system; the default contact where left out"""
    escalation: Contact | None = None
    """督办联系人：所有长期滞后的目标 gets every target that stays red, beside the leads of the chapters"""
    departments: dict[str, Contact] = {}
    """各部门，以目录中的部门代码为键 departments by their id in the catalogue"""

    def everybody(self) -> Iterator[tuple[str, Contact]]:
        """Every contact with the name by which Alertmanager's receivers and the relay know it."""
        yield "default", self.default
        if self.operations is not None:
            yield "operations", self.operations
        if self.escalation is not None:
            yield "escalation", self.escalation
        for key, contact in self.departments.items():
            yield f"department-{key}", contact
