"""Make Prefect's tables, and ten flows with 20 runs each, by its own API."""

from asgi import app
from starlette.testclient import TestClient

with TestClient(app) as client:  # its start makes the tables

    def post(path: str, **data: object) -> str:
        """Create one object, and tell its id."""
        answer = client.post(f"/api{path}", json=data)
        assert answer.is_success, answer.text
        return answer.json()["id"]

    for number in range(10):
        flow = post("/flows/", name=f"flow-{number}", tags=[f"tag-{number % 3}"])
        for run in range(20):
            post("/flow_runs/", flow_id=flow, name=f"run-{run}", state={"type": "COMPLETED"})
