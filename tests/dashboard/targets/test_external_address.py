"""A server that somebody else runs: what --url may say, what goes wrong, and a run at it."""

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import LOOPBACK, Environment
from dashboard.cli.url_options import server_of
from dashboard.errors import StartError
from dashboard.exports import FORMATS
from dashboard.runs.record import Record
from dashboard.runs.run import Run
from dashboard.runtime import Runtime
from dashboard.targets.external_address import ExternalServer, parse_urls, reach
from settings import Settings, SettingsError, TargetKind, read_settings
from tests.dashboard.conftest import Server
from tests.served import public


@pytest.mark.parametrize(
    ("urls", "origin", "request_specs"),
    [
        (["http://127.0.0.1:9000/orders"], "http://127.0.0.1:9000", ["GET /orders"]),
        (["http://localhost"], "http://localhost:80", ["GET /"]),
        (["https://Shop.example/a?b=c d".replace(" ", "%20")], "https://shop.example:443", None),
        (
            ["POST http://[::1]:9/a x3", "http://[::1]:9/b"],
            "http://[::1]:9",
            ["POST /a x3", "GET /b"],
        ),
        (["post http://127.0.0.1:9/caf\u00e9"], "http://127.0.0.1:9", ["POST /caf%C3%A9"]),
    ],
)
def test_a_url_says_the_server_and_what_is_asked(
    urls: list[str], origin: str, request_specs: list[str] | None
) -> None:
    found = parse_urls(urls)
    assert found is not None
    assert found.origin == origin
    assert (
        request_specs is None
        or [request_spec.text for request_spec in found.request_specs] == request_specs
    )
    assert found.is_loopback == (found.host != "shop.example")


def test_no_url_is_no_server_and_bodies_go_with_methods_that_take_one() -> None:
    assert parse_urls([]) is None
    urls = ["POST http://127.0.0.1:9/a", "http://127.0.0.1:9/b"]
    found = parse_urls(urls, [("X-Mine", "yes")], b"{}")
    assert found is not None
    assert [(request_spec.body, request_spec.headers) for request_spec in found.request_specs] == [
        (b"{}", (("X-Mine", "yes"),)),
        (b"", (("X-Mine", "yes"),)),
    ]


@pytest.mark.parametrize(
    ("urls", "why"),
    [
        (["127.0.0.1:9000"], "no URL"),
        (["ftp://127.0.0.1/a"], "web server"),
        (["http:///a"], "web server"),
        (["http://127.0.0.1:0/"], "web server"),
        (["http://127.0.0.1:99999/"], "no URL"),
        (["http://[::1/"], "no URL"),
        (["http://ann:secret@127.0.0.1/"], "--header"),
        (["http://127.0.0.1/#part"], "never sends"),
        (["BREW http://127.0.0.1/"], "one of GET"),
        (["http://127.0.0.1/ x0"], "from 1 to"),
        (["http://127.0.0.1:1/", "http://127.0.0.1:2/"], "one server"),
        (["http://127.0.0.1/a\r\nHost: other"], "no URL"),
        ([f"http://127.0.0.1/{n}" for n in range(21)], "from 1 to 20"),
    ],
)
def test_what_is_no_server_is_refused_with_cause_and_cure(urls: list[str], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        parse_urls(urls)


def test_the_options_do_not_contradict_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    url = ("http://127.0.0.1:9/",)
    with pytest.raises(SettingsError, match="drop --app"):
        server_of(url, (), (), None, "shop:app")
    with pytest.raises(SettingsError, match="Name: value"):
        server_of(url, (), ("X",), None, "")
    with pytest.raises(SettingsError, match="drop --path"):
        server_of(url, ("/a",), (), None, "")
    assert server_of((), ("/a",), (), None, "shop:app") is None
    assert not capsys.readouterr().err
    server_of(("https://shop.example/",), (), (), None, "")
    assert "another machine" in capsys.readouterr().err


def outside_at(port: int, *, tls: bool = False, host: str = LOOPBACK) -> ExternalServer:
    found = parse_urls([f"http{'s' if tls else ''}://{host}:{port}/ok"])
    assert found is not None
    return found


def test_a_server_that_cannot_be_reached_says_why(
    server: Server, tls_server: Server, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reach(outside_at(server.server_port)) == LOOPBACK
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        with pytest.raises(StartError, match="Nothing listens at"):
            reach(outside_at(taken.getsockname()[1]))
    with pytest.raises(StartError, match="No server named no-such-name"):
        reach(outside_at(1, host="no-such-name.invalid"))
    with pytest.raises(StartError, match="Use http://"):
        reach(outside_at(server.server_port, tls=True))
    # The context that this process holds trusts the system's authorities only.
    with pytest.raises(StartError, match="SSL_CERT_FILE"):
        reach(outside_at(tls_server.server_port, tls=True, host="localhost"))
    trusting = ssl.create_default_context(cafile=str(authority))
    monkeypatch.setattr("dashboard.targets.external_address.context", lambda: trusting)
    assert reach(outside_at(tls_server.server_port, tls=True, host="localhost"))
    with pytest.raises(StartError, match="host name the certificate was issued for"):
        reach(outside_at(tls_server.server_port, tls=True))


@pytest.fixture(scope="module")
def runtime(one_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A dashboard that was started with --url, with nothing else started."""
    urls = [one_server.url(path) for path in ("/metrics x2", "/missing", "/error-html", "/marked")]
    environment = Environment(public(tmp_path_factory.mktemp("outside")))
    with Runtime(environment, external=parse_urls(urls)) as parts:
        yield parts


def run(runtime: Runtime, **given: Any) -> Run:
    run = runtime.conductor.launch(Settings(**given))
    runtime.conductor.wait()
    return run


def test_a_run_at_it_starts_nothing_and_keeps_what_it_says(
    runtime: Runtime, server: Server
) -> None:
    done = run(runtime, requests=10)
    assert (done.status, done.error) == ("done", None)
    assert runtime.gunicorn.starts == 0
    assert runtime.databases.pids() == {}
    assert runtime.history is not None
    record = runtime.history.get(done.history_id or 0)
    assert record is not None
    assert record.request_specs == tuple(request_spec.text for request_spec in done.request_specs)
    rows = {row.name: row for row in record.paths}
    assert rows["GET /metrics"].count == 4
    assert rows["GET /metrics"].metrics == {"db": 53.2}
    assert rows["GET /missing"].statuses == {"404": 2}
    assert rows["GET /error-html"].statuses == {"too-many-connections": 2}
    assert record.counts["done"] == 8
    assert any(note.startswith(f"Sent to http://{LOOPBACK}:") for note in record.notes)
    probed = [r for r in record.requests if record.names[r.seq - 1] == "GET /marked"]
    for request in probed:
        assert [span.phase for span in request.spans][1:3] == ["handling", "waiting"]
        assert request.sent <= request.marks[1].at <= request.marks[-1].at
    assert record.marks_lost == 0
    assert record.origin == f"http://{LOOPBACK}:{server.server_port}"
    har = json.loads(FORMATS["har"].write(record))["log"]["entries"]
    statuses = {entry["request"]["url"]: entry["response"]["status"] for entry in har}
    expected = {"/metrics": 200, "/missing": 404, "/error-html": 500, "/marked": 200}
    assert statuses == {record.origin + path: status for path, status in expected.items()}
    assert server.asked


def test_no_settings_can_name_another_server(runtime: Runtime) -> None:
    for endpoint in ("url", "app", "http://192.0.2.1/"):
        with pytest.raises(SettingsError, match="endpoint must be one of"):
            read_settings({"endpoint": endpoint})
    assert {run.kind for run in runtime.conductor.runs.values()} <= {TargetKind.URL}


def test_without_the_option_there_is_no_such_endpoint() -> None:
    assert Record(Settings(), "done", kind=TargetKind.URL).promised.limit == "unknown"
