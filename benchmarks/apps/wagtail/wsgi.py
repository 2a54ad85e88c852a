"""The Wagtail site that seed.py has made with `wagtail start`."""

import os
import sys

sys.path.insert(0, os.environ["SITE"])

from django.core.wsgi import get_wsgi_application

app = get_wsgi_application()
