"""MLflow's tracking server with its own accounts: two stores, so two engines."""

from mlflow.server.auth import create_app

app = create_app()
