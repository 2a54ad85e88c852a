"""What an error answer says, in one line: pure."""

from html.parser import HTMLParser

MOST_TEXT = 200
HEADS = ("title", "h1")
UNSEEN = ("script", "style")


class _Page(HTMLParser):
    """Collects the text of a page's heading and of its first paragraphs."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {"title": [], "h1": [], "": []}
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  its base's
        if tag in {*HEADS, *UNSEEN}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            del self._open[self._open.index(tag) :]

    def handle_data(self, data: str) -> None:
        within = self._open[-1] if self._open else ""
        text = " ".join(data.split())
        if text and within in self.texts:
            self.texts[within].append(text)


def says(body: str, *, is_page: bool) -> str:
    """The heading of an HTML page and what follows it; of plain text the last line.

    gunicorn's and most frameworks' error pages say in their heading all that they say.
    """
    if not is_page and not body.lstrip().lower().startswith(("<!doctype html", "<html")):
        lines = body.strip().splitlines()
        return lines[-1][:MOST_TEXT] if lines else ""
    page = _Page()
    page.feed(body)
    head = " ".join(page.texts["h1"] or page.texts["title"])
    rest = page.texts[""][0] if page.texts[""] else ""
    return ": ".join(part for part in (head, rest) if part)[:MOST_TEXT]
