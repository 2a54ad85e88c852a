"""The HTML pages."""

from flask import Blueprint, render_template

pages = Blueprint("pages", __name__)


@pages.get("/")
def index() -> str:
    """The runs: form, timeline, comparison."""
    return render_template("index.html")


@pages.get("/matrix")
def matrix() -> str:
    """Which drivers let a worker class serve requests together."""
    return render_template("matrix.html")
