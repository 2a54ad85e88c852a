"""Kinto with everything in Postgres, as its documentation sets it up, and open to everyone."""

import os

from kinto import main

BACKENDS = ("storage", "cache", "permission")

settings = {
    "kinto.project_name": "Kinto",
    "kinto.userid_hmac_secret": "not-a-secret",
    "kinto.bucket_create_principals": "system.Everyone",
}
for backend in BACKENDS:
    settings[f"kinto.{backend}_backend"] = f"kinto.core.{backend}.postgresql"
    settings[f"kinto.{backend}_url"] = os.environ["DATABASE_URL"]

app = main({}, **settings)
