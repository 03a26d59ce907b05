"""What the terminal says while the stack starts, runs and stops: Chinese first, English beside it.

Belongs here: lines and the table of addresses. Does not belong here: deciding anything.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.stack.plan import Plan
from dagster_project.stack.processes import Launch
from dagster_project.stack.supervisor import State, Watched

_WORDS = {
    State.WAITING: ("dim", "等待", "waiting"),
    State.STARTING: ("dim", "启动中", "starting"),
    State.READY: ("green", "就绪", "ready"),
    State.DONE: ("green", "完成", "done"),
    State.SLOW: ("yellow", "无应答", "no answer"),
    State.DEAD: ("red", "已退出", "ended"),
}


class _Console(Console):
    """Goes silent when its reader has gone away, where the original ends the program."""

    def on_broken_pipe(self) -> None:
        """Nobody reads any more; the stack runs on."""
        with contextlib.suppress(SystemExit):
            super().on_broken_pipe()


class Terminal:
    """Says it on the standard output. A terminal that has gone away keeps nobody from running or stopping."""

    def __init__(self, plan: Plan) -> None:
        self._console, self._plan = _Console(), plan

    def beginning(self) -> None:
        """Before the start: what will not be started, and why."""
        self._say("[bold]序时 Xushi[/] 启动整套服务 starting the stack · Ctrl-C 停止 stops", markup=True)
        for absent in self._plan.missing:
            name = absent.component.name
            self._say(f"  [yellow]缺少 missing[/]  {escape(name)}: {escape(absent.reason)}", markup=True)
            self._say(f"      安装 install: {absent.component.how_to_install}")
            if not absent.component.ours:
                self._say(f"      或指明程序 or name the program: {absent.component.variable}=/path")
        for other in self._plan.elsewhere:
            self._say(f"  已在运行 runs elsewhere  {other.component.name}: {other.url}")
        if self._plan.silent:
            self._say(
                "  没有联系人 no contacts: 告警只显示、不发送 alerts are shown, and sent to nobody (XUSHI_CONTACTS)"
            )

    def changed(self, watched: Watched) -> None:
        """One line per state."""
        if watched.state is State.STARTING and not self._console.is_terminal:
            return  # a log needs the outcome alone
        style, zh, en = _WORDS[watched.state]
        took = "" if watched.state is State.STARTING else f" ({watched.seconds:.1f} s)"
        name = watched.launch.component.name
        self._say(f"  [{style}]{zh} {en}[/]  {escape(name)}{took}", markup=True)
        if watched.running is None or not watched.state.bad:
            return
        if watched.state is State.DEAD:
            self._say(f"      退出码 exit code {watched.running.exit_code()}; 其余照常 the rest goes on")
        elif watched.missing:
            self._say(f"      {watched.missing}")
        self._say(f"      日志 log: {watched.running.log}")
        for line in watched.running.last_lines():
            self._say(f"      │ {line}")

    def refused(self, launch: Launch, error: OSError) -> None:
        """The program could not be run."""
        self._say(f"  [red]无法运行 cannot run[/]  {escape(launch.component.name)}: {escape(str(error))}", markup=True)

    def settled(self, everything: Sequence[Watched]) -> None:
        """The table of addresses."""
        table = Table(title="地址 Addresses", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for column in ("组件 component", "状态 state", "地址 address"):
            table.add_column(column, overflow="fold")
        for watched in everything:
            style, zh, en = _WORDS[watched.state]
            if watched.launch.page is not None:
                table.add_row(watched.launch.component.name, f"[{style}]{zh} {en}[/]", watched.launch.page)
        for other in self._plan.elsewhere:
            table.add_row(other.component.name, "已在运行 runs elsewhere", escape(other.url))
        for absent in self._plan.missing:
            table.add_row(absent.component.name, "[yellow]缺少 missing[/]", "见上 see above")
        self._say("")
        self._show(table)
        self._say(f"日志 logs: {self._plan.logs}")
        password = self._plan.folder / "grafana" / "admin-password"
        if password in self._plan.kept_files:
            self._say(f"Grafana 管理员 administrator: admin, 密码在 password in {password}")

    def stopping(self) -> None:
        """The stop begins."""
        self._say("\n停止 stopping ...(再按 Ctrl-C 立即结束 Ctrl-C again ends it at once)")

    def stopped(self, watched: Watched, *, gently: bool) -> None:
        """One component is gone."""
        name = watched.launch.component.name
        self._say(f"  已停止 stopped  {name}" if gently else f"  已强制结束 killed  {name}")

    def _say(self, text: str, *, markup: bool = False) -> None:
        try:
            self._console.print(text, markup=markup, highlight=False, soft_wrap=True)
        except OSError:
            self._console.quiet = True

    def _show(self, table: Table) -> None:
        try:
            self._console.print(table)
        except OSError:
            self._console.quiet = True
