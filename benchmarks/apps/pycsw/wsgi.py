"""pycsw's catalogue service, which reads its configuration with every request."""

from pycsw.wsgi import application as app

__all__ = ["app"]
