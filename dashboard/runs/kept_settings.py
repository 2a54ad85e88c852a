"""The settings of a kept run, of this version or of an older one."""

from collections.abc import Mapping
from typing import Any

from settings import Settings, TargetKind, read_settings


def read_kept_settings(given: Mapping[str, Any], kind: str = "") -> tuple[Settings, TargetKind]:
    """Settings of a kept run and its kind of target, which 0.1 wrote in place of an endpoint.

    SettingsError as ``read_settings``.
    """
    words = {each.value: each for each in (TargetKind.APP, TargetKind.URL)}
    known = words.get(kind)
    endpoint = given.get("endpoint")
    if isinstance(endpoint, str) and endpoint in words:
        known = known or words[endpoint]
        given = {name: value for name, value in given.items() if name != "endpoint"}
    return read_settings(given), known or TargetKind.EXAMPLE
