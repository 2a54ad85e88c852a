"""Scripts for a pool: who asks and who gives back, and what the rules say comes of it.

A step is ``["ask", client]``, or ``["back", [client, ...]]`` of those that give back in one go,
or ``["timeout"]``, after which nobody waits any more. A state is what can be seen of a pool after
a step: who holds which connection, who waits in which order, what lies idle, and the overflow.
"""

import json
import random
from typing import Any

from dashboard.analysis.model.stations.queue_pool import OPEN, REFUSED, WAIT, QueuePool

Step = list[Any]
State = list[Any]


def random_script(seed: int, *, most_back: int) -> dict[str, Any]:
    """A pool and steps that are possible with it, whoever gets the connections."""
    draw = random.Random(seed)  # noqa: S311  a script, no secret
    size, overflow = draw.randint(0, 3), draw.randint(-1, 4)
    rules = Played(size, overflow)
    steps: list[Step] = []
    for client in range(draw.randint(4, 14)):
        holders = list(rules.held)
        if holders and draw.random() < 0.45:
            back = draw.sample(holders, min(len(holders), draw.randint(1, most_back)))
            steps.append(["back", back])
        else:
            steps.append(["ask", client])
        rules.play(steps[-1])
    return {"size": size, "overflow": overflow, "steps": steps}


def collapse_script(size: int, overflow: int, waiting: int) -> dict[str, Any]:
    """All give back in one go while so many wait, who then wait until their time is over."""
    holders = list(range(size + overflow))
    asking = [["ask", client] for client in range(size + overflow + waiting)]
    return {
        "size": size,
        "overflow": overflow,
        "steps": [*asking, ["back", holders], ["timeout"]],
    }


class Played:
    """The model's rules, with clients that hold and wait."""

    def __init__(self, size: int, overflow: int) -> None:
        self.pool: QueuePool[int] = QueuePool(size, overflow)
        self.held: dict[int, int] = {}
        self.refused: list[int] = []
        self._opened = 0

    def play(self, step: Step) -> State:
        """Do one step; the state after it."""
        kind, *what = step
        if kind == "ask":
            self._answer(what[0], self.pool.ask())
        elif kind == "back":
            self._give_back(what[0])
        else:
            while self.pool.waiters:
                self._answer(self.pool.waiters.popleft(), self.pool.time_out())
        return self.state()

    def state(self) -> State:
        """What can be seen of it."""
        held = sorted([client, number] for client, number in self.held.items())
        return [held, list(self.pool.waiters), list(self.pool.idle), self.pool.overflow]

    def _give_back(self, clients: list[int]) -> None:
        woken = []
        for client in clients:
            if self.pool.give_back(self.held.pop(client)) and self.pool.waiters:
                woken.append(self.pool.waiters.popleft())
        for client in woken:
            self._answer(client, self.pool.wake())

    def _answer(self, client: int, answer: int) -> None:
        if answer == OPEN:
            self._opened += 1
            answer = self._opened
        if answer == WAIT:
            self.pool.waiters.append(client)
        elif answer == REFUSED:
            self.refused.append(client)
        else:
            self.held[client] = answer


def states(script: dict[str, Any]) -> list[State]:
    """The states that the rules go through, as JSON has them."""
    played = Played(script["size"], script["overflow"])
    found: list[State] = json.loads(json.dumps([played.play(step) for step in script["steps"]]))
    return found
