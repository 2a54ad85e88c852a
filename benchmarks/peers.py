"""The other burst tools, each sending N requests at once to one URL: seconds for all of them."""

import importlib.util
import re
import shutil
import subprocess
import sys
import time

PYTHON_CLIENTS = {
    "requests in greenlets": """
from gevent import monkey; monkey.patch_all()
import sys, time, gevent, requests
url, n = sys.argv[1], int(sys.argv[2])
start = time.monotonic()
gevent.joinall([gevent.spawn(requests.get, url) for _ in range(n)])
print(time.monotonic() - start)
""",
    "geventhttpclient": """
from gevent import monkey; monkey.patch_all()
import sys, time, gevent
from urllib.parse import urlsplit
from geventhttpclient import HTTPClient
url, n = urlsplit(sys.argv[1]), int(sys.argv[2])
def get():
    client = HTTPClient(url.hostname, url.port, connection_timeout=60, network_timeout=60)
    client.get(url.path).read()
    client.close()
start = time.monotonic()
gevent.joinall([gevent.spawn(get) for _ in range(n)])
print(time.monotonic() - start)
""",
    # Its faster client, all users in one wave, each asking once, as `locust -u N -r N` does.
    "locust": """
from gevent import monkey; monkey.patch_all()
import sys, time, gevent
from urllib.parse import urlsplit
from locust import FastHttpUser, task
from locust.env import Environment
from locust.exception import StopUser
url, n = urlsplit(sys.argv[1]), int(sys.argv[2])
answered = []
class Person(FastHttpUser):
    host = f"{url.scheme}://{url.netloc}"
    @task
    def ask(self):
        self.client.get(url.path or "/")
        answered.append(1)
        raise StopUser
environment = Environment(user_classes=[Person])
runner = environment.create_local_runner()
start = time.monotonic()
runner.start(n, spawn_rate=n)
while len(answered) < n and time.monotonic() - start < 60:
    gevent.sleep(0.001)
print(time.monotonic() - start)
runner.quit()
""",
}
NEEDS = {
    "requests in greenlets": "requests",
    "geventhttpclient": "geventhttpclient",
    "locust": "locust",
}


def available() -> list[str]:
    """The peers that this machine has."""
    programs = [name for name in ("hey", "ab") if shutil.which(name)]
    return [*programs, *(peer for peer in NEEDS if importlib.util.find_spec(NEEDS[peer]))]


def send(peer: str, url: str, count: int) -> float:
    """Have ``peer`` send the burst; the seconds that it says it took."""
    number = str(count)
    if peer == "hey":
        said = _run(["hey", "-n", number, "-c", number, "-disable-keepalive", "-t", "60", url])
        return float(re.findall(r"Total:\s+([\d.]+) secs", said)[0])
    if peer == "ab":
        start = time.monotonic()
        _run(["ab", "-q", "-n", number, "-c", number, "-s", "60", url])
        return time.monotonic() - start
    return float(_run([sys.executable, "-c", PYTHON_CLIENTS[peer], url, number]))


def _run(argv: list[str]) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout
