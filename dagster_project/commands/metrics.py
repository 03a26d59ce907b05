"""`xushi metrics`: the gauges, served, pushed or printed."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from dagster_project.commands.opening import Installation, installation, now
from dagster_project.judgement import snapshot
from dagster_project.metrics.exchange import without_password
from dagster_project.metrics.gauges import Registry, registry
from dagster_project.metrics.push import push
from dagster_project.metrics.serve import Fresh, serve, text
from validators.errors import XushiError

app = typer.Typer(no_args_is_help=True, help="监测指标 gauges for Prometheus: serve, push, print")


@app.command("serve")
def serve_(
    host: Annotated[str | None, typer.Option(help="地址 address (XUSHI_METRICS_HOST)")] = None,
    port: Annotated[int | None, typer.Option(help="端口 port, 0 takes a free one (XUSHI_METRICS_PORT)")] = None,
) -> None:
    """在 /metrics 提供指标,直到 Ctrl-C。Serve the gauges at /metrics until Ctrl-C; a new upload shows at the next
    scrape."""
    with installation() as open_one:
        settings = open_one.settings
        where = host or settings.metrics_host
        try:
            server, thread = serve(
                _registry(open_one), host=where, port=settings.metrics_port if port is None else port
            )
        except OSError as error:
            raise XushiError(
                f"{where}:{port or settings.metrics_port}: 端口不可用 / cannot listen there: {error}"
            ) from error
        Console().print(f"http://{where}:{server.server_port}/metrics  (Ctrl-C 停止 stops)")
        try:
            thread.join()
        except KeyboardInterrupt:
            server.shutdown()
        finally:
            server.server_close()


@app.command("push")
def push_(
    url: Annotated[str | None, typer.Option(help="Pushgateway URL (XUSHI_PUSHGATEWAY_URL)")] = None,
) -> None:
    """推送到 Pushgateway,整组替换。Push all gauges as one group, replacing what was there."""
    with installation() as open_one:
        gateway = url or open_one.settings.pushgateway_url
        if gateway is None:
            raise typer.BadParameter("没有 Pushgateway 地址:用 --url 或 XUSHI_PUSHGATEWAY_URL / no Pushgateway given")
        timeout = open_one.settings.push_timeout_seconds
        tries = push(_registry(open_one), gateway, timeout_seconds=timeout, told=partial(typer.echo, err=True))
    Console().print(f"已推送 pushed to {without_password(gateway)} (第 {tries} 次成功 try {tries})")


@app.command("print")
def print_() -> None:
    """打印全部指标(文本格式)。Print all gauges in Prometheus' text format."""
    with installation() as open_one:
        typer.echo(text(_registry(open_one)), nl=False)


def _registry(open_one: Installation) -> Registry:
    """Gauges that are computed anew when an upload has changed the store since the last collection."""
    fresh = Fresh(
        version=lambda: open_one.store.upload_counts().to_csv(),
        load=lambda: snapshot(open_one.catalogue, open_one.store, now=now()),
    )
    settings = open_one.settings
    return registry(open_one.catalogue, fresh, zone=settings.zone, kept_months=settings.kept_months)
