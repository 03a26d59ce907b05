"""A real S3 service: moto's server as a process of its own, that checks who asks, gone at the end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session

from tests.servers.ports import free_port

_START_SECONDS = 60
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class S3Server:
    """A running service. `key` and `secret` are those of somebody who may do everything, `client` is theirs."""

    endpoint: str
    key: str
    secret: str
    client: Any


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A service that holds nothing and knows one user."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    if shutil.which("setpriv"):  # the server ends with the tests, also when they are killed
        command = ["setpriv", "--pdeathsig", "KILL", *command]
    quiet = subprocess.DEVNULL
    # The first three questions make the user and let them in; from then on everybody has to say who they are.
    process = subprocess.Popen(
        command, stdout=quiet, stderr=quiet, env=os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": "3"}
    )
    try:
        _wait(process, endpoint)
        iam = _client("iam", endpoint, "first", "first")
        iam.create_user(UserName="xushi")
        iam.put_user_policy(UserName="xushi", PolicyName="all", PolicyDocument=json.dumps(_EVERYTHING))
        made = iam.create_access_key(UserName="xushi")["AccessKey"]
        key, secret = made["AccessKeyId"], made["SecretAccessKey"]
        yield S3Server(endpoint, key, secret, _client("s3", endpoint, key, secret))
    finally:
        process.kill()
        process.wait()


def _client(service: str, endpoint: str, key: str, secret: str) -> Any:
    return botocore.session.Session().create_client(
        service,
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def _wait(process: subprocess.Popen[bytes], endpoint: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{endpoint}/moto-api/data.json", timeout=5).close()
        except OSError:  # nobody there yet, or too busy to answer
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the S3 service did not start") from None
            time.sleep(0.1)
        else:
            return
