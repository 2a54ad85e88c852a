"""Marks leave as datagrams; whatever goes wrong with that is no request's trouble."""

import os
import socket
import threading
import time

import pytest

from config import LOOPBACK
from dashboard.marks.wire import decode
from target_app.probe.beacon import Beacon, Gathering, parse_address
from target_app.probe.marks import Mark, Phase
from tests.target_app.conftest import close


def test_a_line_arrives_as_one_datagram(ear: socket.socket, beacon: Beacon) -> None:
    beacon.send(b"one")
    beacon.send(b"two")
    assert [ear.recv(100), ear.recv(100)] == [b"one", b"two"]


def test_a_process_keeps_its_socket_and_a_forked_one_opens_its_own(
    ear: socket.socket, beacon: Beacon
) -> None:
    beacon.send(b"parent")
    beacon.send(b"parent")
    pid = os.fork()
    if pid == 0:
        beacon.send(b"child")
        os._exit(0)
    os.waitpid(pid, 0)
    said = [ear.recvfrom(100) for _ in range(3)]
    assert [line for line, _ in said] == [b"parent", b"parent", b"child"]
    first, second, child = [address for _, address in said]
    assert first == second != child


def test_threads_that_send_their_first_line_together_lose_none_and_share_one_socket(
    ear: socket.socket,
) -> None:
    for _ in range(20):
        sender = Beacon(ear.getsockname())
        together = threading.Barrier(8)

        def send(sender: Beacon = sender, together: threading.Barrier = together) -> None:
            together.wait()
            sender.send(b"first")

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        close(sender)
        assert len({ear.recvfrom(100)[1] for _ in threads}) == 1


@pytest.mark.parametrize("address", [(LOOPBACK, 9), ("no.such.host.invalid", 9), ("", 0)])
def test_nobody_listening_raises_nothing(address: tuple[str, int]) -> None:
    sender = Beacon(address)
    for _ in range(3):
        sender.send(b"x")
    close(sender)


def test_a_line_too_long_for_a_datagram_is_lost_and_the_next_is_not(
    ear: socket.socket, beacon: Beacon
) -> None:
    beacon.send(b"x" * 100_000)
    beacon.send(b"next")
    assert ear.recv(100) == b"next"


def test_a_full_buffer_never_makes_a_request_wait(ear: socket.socket, beacon: Beacon) -> None:
    start = time.monotonic()
    for _ in range(5000):
        beacon.send(b"x" * 500)
    assert time.monotonic() - start < 2
    assert ear.recv(1000) == b"x" * 500


def test_an_address_is_host_and_port() -> None:
    assert parse_address("127.0.0.1:5001") == ("127.0.0.1", 5001)


@pytest.mark.parametrize(
    "text", ["", "5001", ":5001", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "a:²", "a:65536"]
)
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="address is HOST:PORT"):
        parse_address(text)


def test_gathered_lines_arrive_in_order_in_few_datagrams(
    beacon: Beacon, ear: socket.socket
) -> None:
    gathering = Gathering(beacon)
    marks = [Mark("t", number, Phase.HANDLING, 0.5, 1, 1) for number in range(500)]
    for mark in marks:
        gathering.mark(mark)
    ear.setblocking(False)
    with pytest.raises(BlockingIOError):
        ear.recv(1)
    gathering.flush()
    gathering.flush()
    found: list[Mark] = []
    datagrams = 0
    while len(found) < len(marks):
        found += map(decode, ear.recv(65536).split(b"\n"))
        datagrams += 1
    assert found == marks
    assert 1 < datagrams < 5
