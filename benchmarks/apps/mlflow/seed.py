"""Make two experiments with 100 runs each, and a user who may read them."""

import os
from pathlib import Path

url = os.environ["_MLFLOW_SERVER_FILE_STORE"]
Path(os.environ["MLFLOW_AUTH_CONFIG_PATH"]).write_text(f"""
[mlflow]
default_permission = READ
database_uri = {url}
admin_username = admin
admin_password = not-a-secret-at-all
auth_cache_ttl_seconds = 3600
""")

from mlflow.entities import Metric, Param  # noqa: E402  it reads the file when it is imported
from mlflow.server.auth import store as accounts  # noqa: E402
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # noqa: E402
from wsgi import app  # noqa: E402

AT = 1_700_000_000_000
METRICS = 5

assert app  # it has made the tables of the accounts
accounts.create_user("reader", "not-a-secret-at-all")
store = SqlAlchemyStore(url, "mlflow-artifacts:/")
for title in ("churn", "prices"):
    experiment = store.create_experiment(title)
    for number in range(100):
        run = store.create_run(experiment, "somebody", AT + number, [], f"run {number}")
        store.log_batch(
            run.info.run_id,
            [Metric(f"m{n}", (number * 31 + n) % 97 / 97, AT, 0) for n in range(METRICS)],
            [Param(f"p{n}", str(number % (n + 2))) for n in range(METRICS)],
            [],
        )
