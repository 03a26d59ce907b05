"""A real WebDAV server over a folder: WsgiDAV on cheroot, in a thread, gone at the end. The user is USER, PASSWORD."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cheroot.wsgi import Server
from wsgidav.wsgidav_app import WsgiDAVApp

USER, PASSWORD = "xushi", "p@ss/w:rd"


@contextmanager
def webdav_server(folder: Path) -> Iterator[str]:
    """The URL (webdav+http) of a server that shows this folder as its root."""
    configuration = {
        "provider_mapping": {"/": {"root": str(folder), "readonly": True}},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
        "verbose": 0,
        "logging": {"enable": False},
    }
    logging.getLogger("wsgidav").setLevel(logging.CRITICAL)
    server = Server(("127.0.0.1", 0), WsgiDAVApp(configuration), numthreads=4)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield f"webdav+http://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()
