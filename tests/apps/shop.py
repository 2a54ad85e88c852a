"""A Flask-SQLAlchemy shop with two binds, as a module and as a factory."""

import os

from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

db = SQLAlchemy()


def create_app():
    flask = Flask(__name__)
    url = os.environ["DATABASE_URL"]
    flask.config["SQLALCHEMY_DATABASE_URI"] = url
    flask.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 2, "max_overflow": 1}
    flask.config["SQLALCHEMY_BINDS"] = {"stock": url}
    db.init_app(flask)

    @flask.get("/orders")
    def orders():
        db.session.execute(text("select pg_sleep(:s)"), {"s": float(request.args.get("s", 0.1))})
        return jsonify(orders=[])

    @flask.get("/stock")
    def stock():
        with db.engines["stock"].connect() as connection:
            connection.execute(text("select pg_sleep(0.1)"))
        return jsonify(stock=[])

    @flask.get("/leak")
    def leak():
        return f"cannot use {os.environ['DATABASE_URL']}", 500

    @flask.get("/broken")
    def broken():
        raise RuntimeError("the shelf is empty")

    return flask


app = create_app()
