"""Settings of the site that `wagtail start` makes, over Postgres and with Django's own pool."""

import os
from urllib.parse import parse_qs, urlsplit

from shop.settings.base import *  # noqa: F403

url = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path[1:],
        "USER": url.username,
        "HOST": parse_qs(url.query)["host"][0],
        "OPTIONS": {"pool": {"min_size": 2, "max_size": 8, "timeout": 30}},
    }
}
SECRET_KEY = "not-a-secret"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1"]
