"""What a gate found, as the XML that CI systems read: pure."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from dashboard.text import printable

from .assertions import Outcome

SUITE = "poolscope"


def as_xml(outcomes: Sequence[Outcome], seconds: float, sentence: str) -> bytes:
    """One test case for each assertion; ``sentence`` says what the run did."""
    failures = sum(not outcome.holds for outcome in outcomes)
    root, suite = _suite(len(outcomes), failures, 0, seconds)
    for outcome in outcomes:
        case = SubElement(suite, "testcase", classname=SUITE, name=outcome.expression, time="0")
        if not outcome.holds:
            message = f"measured {outcome.measured}"
            SubElement(case, "failure", message=message, type="assertion").text = outcome.as_text()
    SubElement(suite, "system-out").text = sentence
    return _bytes(root)


def as_error(cause: str, cure: str) -> bytes:
    """The run could not start, so nothing was measured."""
    root, suite = _suite(1, 0, 1, 0.0)
    case = SubElement(suite, "testcase", classname=SUITE, name="the run starts", time="0")
    SubElement(case, "error", message=cause, type="start").text = cure
    return _bytes(root)


def _suite(tests: int, failures: int, errors: int, seconds: float) -> tuple[Element, Element]:
    figures = {
        "name": SUITE,
        "tests": str(tests),
        "failures": str(failures),
        "errors": str(errors),
        "time": f"{seconds:.3f}",
    }
    root = Element("testsuites", figures)
    return root, SubElement(root, "testsuite", {**figures, "skipped": "0"})


def _bytes(root: Element) -> bytes:
    for element in root.iter():  # XML cannot carry every character
        element.text = element.text and printable(element.text, "\n\t")
        for name, text in element.items():
            element.set(name, printable(text, "\n\t"))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")
    ).encode()
