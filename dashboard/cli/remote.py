"""Drives a running dashboard through its API, so that the run appears in its open pages."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

from config import SECONDS
from dashboard.errors import StartError
from dashboard.exports import jsonl
from dashboard.runs.record import Record
from settings import Settings, SettingsError

ANSWER_SECONDS = 30 * SECONDS
POLL_SECONDS = 0.2 * SECONDS
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,128}")
CURE = "Start it with `poolscope serve`, or give its address with --server http://127.0.0.1:PORT"


class Server:
    """The dashboard at ``url``, with its ``token``.

    A ``?token=...`` in the URL is shown once and then held as a cookie.
    """

    def __init__(self, url: str, token: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            why = f"write the server as http://127.0.0.1:PORT, not {url[:80]!r}"
            raise SettingsError([("server", why)])
        self.origin = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
        self._session = requests.Session()
        if token:
            if not _TOKEN.fullmatch(token):
                raise SettingsError([("token", "that is not a valid token")])
            self._session.auth = _Bearer(token)
        if parts.query:
            self._ask("GET", f"/?{parts.query}")

    def run(
        self, settings: Settings, label: str, keep: bool, say: Callable[[str], None]
    ) -> tuple[Record, str]:
        """Launch a run there and follow it to its end: its record, and its plain text.

        SettingsError and StartError as for a run here. Ctrl-C cancels the run there.
        """
        query = {"label": label, "keep": "yes" if keep else "no"}
        body = settings.as_dict()
        launched = self._ask("POST", "/api/runs", json=body, params=query).json()
        path = f"/api/runs/{launched['run']}"
        try:
            state = self._wait(path, say)
        except KeyboardInterrupt:
            self._ask("POST", f"{path}/cancel", json={})
            raise
        error = state.get("error")
        if error:
            raise StartError(error["cause"], error["cure"], error["stderr"])
        data = self._ask("GET", f"{path}/export", params={"format": "jsonl"}).content
        record = replace(jsonl.read(data), number=state.get("history_id") or 0)
        return record, self._ask("GET", f"{path}/text").text

    def _wait(self, path: str, say: Callable[[str], None]) -> dict[str, Any]:
        while True:
            state: dict[str, Any] = self._ask("GET", path).json()
            if "step" not in state:
                return state
            say(str(state["step"]))
            time.sleep(POLL_SECONDS)

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        try:
            answer = self._session.request(
                method, self.origin + path, timeout=ANSWER_SECONDS, **more
            )
        except requests.RequestException as error:
            cause = f"No dashboard answers at {self.origin} ({type(error).__name__})"
            raise StartError(cause, CURE) from error
        if answer.ok:
            return answer
        raise _refusal(answer, self.origin)


class _Bearer(requests.auth.AuthBase):
    """The token with each request: where one is set, nothing is taken from a ``.netrc``."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _refusal(answer: requests.Response, origin: str) -> Exception:
    """What the dashboard's problem (RFC 9457) means here."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict) or "title" not in problem:
        return StartError(
            f"{origin} answered {answer.status_code} and does not look like a dashboard", CURE
        )
    if problem.get("errors"):
        return SettingsError([(each["field"], each["message"]) for each in problem["errors"]])
    return StartError(str(problem["title"]), str(problem.get("detail", "")))
