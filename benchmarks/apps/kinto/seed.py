"""Make Kinto's tables, and one collection with 300 records."""

import json

from webob import Request
from wsgi import BACKENDS, app

for backend in BACKENDS:
    getattr(app.registry, backend).initialize_schema()


def put(path: str, **data: object) -> None:
    """Write one object, which must succeed."""
    body = json.dumps({"data": data}).encode()
    request = Request.blank(f"/v1{path}", method="PUT", content_type="application/json", body=body)
    answer = request.get_response(app)
    assert answer.status_int < 300, answer.text


put("/buckets/shop")
put("/buckets/shop/collections/orders")
for number in range(300):
    put(
        f"/buckets/shop/collections/orders/records/order-{number:03}",
        title=f"Order {number}",
        cents=number * 37 % 10_000,
        paid=number % 3 == 0,
        lines=[{"article": f"a-{n}", "count": n + 1} for n in range(5)],
    )
