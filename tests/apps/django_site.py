"""A Django site in one file, with Django's own connections: no SQLAlchemy, so no pool."""

import os
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse
from django.urls import path

url = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.path.strip("/"),
            "USER": url.username,
            "HOST": parse_qs(url.query)["host"][0],
        }
    },
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for tests",
)


def orders(request):
    with connection.cursor() as cursor:
        cursor.execute("select pg_sleep(%s)", [float(request.GET.get("s", 0.1))])
    return HttpResponse("slept\n")


urlpatterns = [path("orders", orders)]
django.setup()
application = get_wsgi_application()
asgi = get_asgi_application()
