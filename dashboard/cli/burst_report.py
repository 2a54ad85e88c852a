"""A burst at a server that runs already: no target is started, so only the client's marks."""

from dataclasses import dataclass
from typing import Any

from dashboard.analysis.quantiles import median, percentile
from dashboard.burst.generator import Generator
from dashboard.marks.log import RunLog
from dashboard.processes.children import Children
from dashboard.runs import report
from dashboard.text import counted
from dashboard.workload.plan import Plan


@dataclass(frozen=True)
class BurstResult:
    """The log of one burst, and what the generator said of itself."""

    plan: Plan
    log: RunLog
    facts: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Counts, seconds and latencies (min, median, p95, max, in seconds from sent to end)."""
        requests = self.log.seen()
        times = [r.response_seconds or 0.0 for r in requests if r.done]
        found = report.counts(requests, self.plan.requests)
        return {
            "requests": self.plan.requests,
            "done": found["done"],
            "failed": found["failed"],
            "failures": {each["word"]: each["count"] for each in report.failures(requests)},
            "total_seconds": round(report.total_seconds(requests), 6),
            "release_spread_seconds": self.facts.get("spread", 0.0),
            "latency_seconds": {
                "min": min(times),
                "median": median(times),
                "p95": percentile(times, 0.95),
                "max": max(times),
            }
            if times
            else None,
            "generator_lag_seconds": self.facts.get("lag"),
            "stamps": self.facts.get("stamps"),
        }

    def as_text(self, url: str) -> str:
        """The same for people."""
        facts = self.as_json()
        lines = [
            f"{counted(facts['requests'], 'request')} for {url}: {facts['done']} done,"
            f" {facts['failed']} failed, {facts['total_seconds']:.3f} s in all"
        ]
        lines.append(f"released within {facts['release_spread_seconds'] * 1000:.1f} ms")
        if facts["latency_seconds"]:
            words = (f"{name} {at:.3f} s" for name, at in facts["latency_seconds"].items())
            lines.append("latency: " + ", ".join(words))
        lines += [
            f"{each['count']} failed ({each['word']}): {each['cause']}; {each['cure']}"
            for each in report.failures(self.log.seen())
        ]
        return "\n".join(lines) + "\n"


def send_burst(plan: Plan) -> BurstResult:
    """Send the burst and wait for its end; StartError when the generator breaks off."""
    children = Children()
    log = RunLog("burst", plan.requests)
    try:
        with Generator(children, plan, log) as generator:
            generator.read_all(lambda: None)
            return BurstResult(plan, log, generator.facts)
    finally:
        children.close()
