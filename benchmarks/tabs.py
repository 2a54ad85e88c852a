"""Browsers that follow a dashboard's runs and draw nothing: python -m benchmarks.tabs URL COUNT

Prints a line when all of them follow; ends with its stdin.
"""

import json
import re
import sys
import threading

import websocket


def follow(url: str, ready: threading.Semaphore) -> None:
    """Follow whatever runs, and say that each frame has been received."""
    address = url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    link = websocket.create_connection(address, timeout=600)
    link.recv()
    link.send("40")
    link.recv()
    link.send("42" + json.dumps(["follow", {"run": None, "index": 0}]))
    ready.release()
    while packet := str(link.recv()):
        if packet == "2":  # the server asks whether we live
            link.send("3")
        elif found := re.match(r"42(\d+)\[", packet):
            link.send(f"43{found[1]}[]")


def main(url: str, count: int) -> None:
    """Open ``count`` tabs until stdin ends."""
    ready = threading.Semaphore(0)
    for _ in range(count):
        threading.Thread(target=follow, args=[url, ready], daemon=True).start()
    for _ in range(count):
        ready.acquire()
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
