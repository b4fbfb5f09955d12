"""boto3 clients for an emulator, made without anything of the user's AWS configuration."""

from __future__ import annotations

import functools
import os
import threading
from typing import Any

ACCESS_KEY = "test"
SECRET_KEY = "test"  # noqa: S105 - the emulator takes any key
_LOCK = threading.Lock()


def boto3_client(url: str, service: str, region: str = "us-east-1") -> Any:
    """Return a boto3 client; the same arguments give the same client, as making one takes time.

    Args:
        url: The emulator's address.
        service: The service's name in boto3, such as `rds`.
        region: Any region.
    """
    with _LOCK:  # a session makes one client at a time; clients may be shared between threads
        return _client(url, service, region)


@functools.cache
def _client(url: str, service: str, region: str) -> Any:
    from botocore.config import Config

    return _session().client(
        service,
        region_name=region,
        endpoint_url=url,
        config=Config(
            proxies={},
            connect_timeout=5,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        ),
    )


@functools.cache
def _session() -> Any:
    import boto3
    import botocore.session

    bare = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    return boto3.Session(
        aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY, botocore_session=bare
    )
