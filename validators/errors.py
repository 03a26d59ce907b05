"""The error tree of the project.

XushiError                      everything raised on purpose
├── CatalogueError              the catalogue can't be used; carries every problem found, with file and line
├── ContactsError               the contacts can't be used; carries every problem found, with file and line
├── UnreadableFileError         the bytes are no table that can be read; trying again can't help
│   ├── EmptyFileError
│   ├── NotAWorkbookError       e.g. a text file named .xlsx
│   ├── TruncatedWorkbookError
│   ├── EncryptedWorkbookError
│   ├── TooLargeError           more bytes, or more cells once unpacked, than the settings allow
│   └── ReaderFailedError       reading it took more memory or time than allowed, or broke the reader
├── PeriodError                 a text that is no period
├── UnitError                   an unknown unit, or two units that can't be converted
├── StoreError                  the database refused
├── DecisionRefusedError        an upload may not be released, declined or withdrawn like that; says why
├── ArchiveError                an archived file is missing or damaged, or can't be written
├── ExportError                 what is to be exported doesn't exist, or the format can't hold it
├── IdentityError               a user, a token, a role or a password that can't be made, found or used
├── ForeignFilesError           a folder to be written to holds files that somebody else put there
├── PushRefusedError            the Pushgateway refused the gauges (4xx), or is none; trying again can't help
├── GrafanaRefusedError         a Grafana refused what was sent (4xx, or no Grafana); trying again can't help
├── PortalRefusedError          another machine's portal refused a file, or can't be asked; trying again can't help
├── RobotRefusedError           a DingTalk or Feishu robot refused a message; trying again can't help
├── MailRefusedError            the mail server refused a letter, or the account; trying again can't help
├── MailUncertainError          the connection broke while a letter was handed over; trying again may send it twice
└── TemporaryError              may pass by itself: trying again can help (a locked database, a server that is away)
    ├── PushUnavailableError    the Pushgateway is away, slow, or broken (5xx)
    ├── ReaderUnavailableError  no process could be started to read a file
    ├── GrafanaUnavailableError the Grafana is away, slow, or broken (5xx)
    ├── PortalUnavailableError  another machine's portal is away or slow
    ├── RobotUnavailableError   a DingTalk or Feishu robot is away, busy, or told too much
    └── MailUnavailableError    the mail server is away, busy, or can't be trusted (TLS)
"""

from __future__ import annotations


class XushiError(Exception):
    """Everything raised on purpose. The message is for the reader of a terminal: what, where, what to do."""


class CatalogueError(XushiError):
    """The catalogue can't be used. `problems` holds one line each: file, line, key, what is wrong, nearest valid
    name."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class ContactsError(XushiError):
    """The contacts can't be used, or a secret that they refer to isn't there. `problems` holds one line each, without
    any secret."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class UnreadableFileError(XushiError):
    """The bytes are no table that can be read. `zh` and `en` say why and what to do."""

    def __init__(self, file: str, zh: str, en: str) -> None:
        self.file, self.zh, self.en = file, zh, en
        super().__init__(f"{file}: {zh} / {en}")


class EmptyFileError(UnreadableFileError):
    """No bytes, or nothing but blank cells."""


class NotAWorkbookError(UnreadableFileError):
    """The content is of no format that is read, whatever the name says."""


class TruncatedWorkbookError(UnreadableFileError):
    """The file breaks off, e.g. after a download that was cut short."""


class EncryptedWorkbookError(UnreadableFileError):
    """The workbook asks for a password."""


class TooLargeError(UnreadableFileError):
    """More bytes, or more cells once unpacked, than the settings allow."""


class ReaderFailedError(UnreadableFileError):
    """Reading it took more memory or time than the settings allow, or broke the reader."""


class PeriodError(XushiError, ValueError):
    """A text that is no period."""


class UnitError(XushiError, ValueError):
    """An unknown unit, or two units that can't be converted into each other."""


class ScenarioError(XushiError):
    """A scenario that can't be judged; the message says which month and what to give instead."""


class StoreError(XushiError):
    """The database refused, and will refuse again."""


class DecisionRefusedError(XushiError):
    """An upload may not be released, declined or withdrawn by this person, or as it stands. `rule` is same_person,
    not_pending, not_in_force or reason_missing; `zh` and `en` say why and what to do."""

    def __init__(self, rule: str, zh: str, en: str) -> None:
        self.rule, self.zh, self.en = rule, zh, en
        super().__init__(f"{zh} / {en}")


class ArchiveError(XushiError):
    """An archived file is missing or damaged, or can't be written."""


class TemporaryError(XushiError):
    """May pass by itself; trying again can help."""


class ReaderUnavailableError(TemporaryError):
    """No process could be started to read a file, or it was ended from outside."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file}: 系统资源不足，暂时无法启动读取进程；文件未读取，请稍后重试 / "
            "no process could be started to read the file, the machine is short of memory or processes; try again later"
        )


class ExportError(XushiError):
    """An export that can't be made as it was asked for."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


class IdentityError(XushiError):
    """A user, a token, a role or a password that can't be made, found or used. `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(f"{zh} / {en}")


class SourceError(XushiError):
    """A source could not be pulled from. `source` is the dataset and the source's name, `zh` and `en` say why and what
    to do. No message holds a secret."""

    def __init__(self, source: str, zh: str, en: str) -> None:
        self.source, self.zh, self.en = source, zh, en
        super().__init__(f"{source}: {zh} / {en}")


class SourceUnavailableError(SourceError, TemporaryError):
    """The source is away, slow, overloaded, or something stands in front of it. `retry_after`: seconds after which it
    wants to be asked again, None where it doesn't say."""

    def __init__(self, source: str, zh: str, en: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(source, zh, en)


class SourceRefusedError(SourceError):
    """The source won't give what was asked for, and won't by itself: an unknown code, no permission, a certificate
    that can't be trusted, an answer beyond the limits."""


class SourceFormError(SourceError):
    """The answer is not made as it was, or as the catalogue says: columns, units or codes are others."""


class SourceOptionsError(XushiError):
    """The catalogue's entry for a source can't be used. `problems` holds one line each, without any secret."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class ForeignFilesError(XushiError):
    """A folder to be written to holds files that somebody else put there."""


class PushRefusedError(XushiError):
    """The Pushgateway refused the gauges, or what answered is none."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f"{url}: Pushgateway 拒绝了指标数据，或该地址不是 Pushgateway；数据已入库，请核对 XUSHI_PUSHGATEWAY_URL "
            f"后用 xushi metrics push 补推 / the Pushgateway refused the gauges, or this is none; all figures are "
            f"stored: check XUSHI_PUSHGATEWAY_URL, then run `xushi metrics push`: {reason}"
        )


class PushUnavailableError(TemporaryError):
    """The Pushgateway is away; the database holds everything and the next push brings it all."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f"{url}: Pushgateway 暂不可用；数据已入库，下次推送会补齐，也可在其恢复后用 xushi metrics push 补推 / "
            f"the Pushgateway is away; all figures are stored and the next push brings everything: wait for it, or run "
            f"`xushi metrics push` once it is back: {reason}"
        )


class GrafanaRefusedError(XushiError):
    """A Grafana refused what was sent to it, or what answered is no Grafana."""

    def __init__(self, url: str, what: str, reason: str) -> None:
        super().__init__(f"{url}: Grafana 拒绝了 {what} / refused {what}: {reason}")


class GrafanaUnavailableError(TemporaryError):
    """The Grafana is away, slow, or broken."""

    def __init__(self, url: str, what: str, reason: str) -> None:
        super().__init__(f"{url}: Grafana 暂不可用（{what}）/ away ({what}): {reason}")


class PortalRefusedError(XushiError):
    """A portal refused a file; with `whole` it would refuse, or can't be asked about, every other one as well."""

    def __init__(self, address: str, zh: str, en: str, *, whole: bool = False) -> None:
        self.whole = whole
        super().__init__(f"{address}: {zh} / {en}")


class PortalUnavailableError(TemporaryError):
    """A portal is away or slow."""

    def __init__(self, address: str, zh: str, en: str) -> None:
        super().__init__(f"{address}: {zh} / {en}")


class RobotRefusedError(XushiError):
    """A robot refused a message. `way` is dingtalk or feishu; the message has no URL, which would be a secret."""

    def __init__(self, way: str, reason: str) -> None:
        super().__init__(f"{way}: 机器人拒绝了消息 / the robot refused the message: {reason}")


class RobotUnavailableError(TemporaryError):
    """A robot can't be reached, or wants to be told less often."""

    def __init__(self, way: str, reason: str) -> None:
        super().__init__(f"{way}: 机器人暂不可用 / the robot is away or busy: {reason}")


class MailRefusedError(XushiError):
    """The mail server refused a letter, its sender or the account. The message has no password."""

    def __init__(self, server: str, reason: str) -> None:
        super().__init__(
            f"{server}: 邮件服务器拒绝,请核对联系人文件中的 smtp 设置 / "
            f"the mail server refused; check smtp in the contacts file: {reason}"
        )


class MailUncertainError(XushiError):
    """The connection broke while a letter was handed over: nobody knows whether the server took it."""

    def __init__(self, server: str, reason: str) -> None:
        super().__init__(
            f"{server}: 交信途中连接中断,不能确定是否已收,请先问收件人 / the connection broke while the letter was "
            f"handed over; ask the recipients whether it arrived: {reason}"
        )


class MailUnavailableError(TemporaryError):
    """The mail server can't be reached, is busy, or shows no certificate that can be trusted."""

    def __init__(self, server: str, reason: str) -> None:
        super().__init__(
            f"{server}: 邮件服务器暂不可用,请稍后再试 / the mail server is away; try again later: {reason}"
        )
