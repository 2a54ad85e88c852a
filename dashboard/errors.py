"""What can keep a run from starting."""


class StartError(RuntimeError):
    """A database or target that cannot be used; ``log`` holds the last lines that it wrote."""

    def __init__(self, cause: str, cure: str, log: str = "") -> None:
        super().__init__(f"{cause}. {cure}")
        self.cause = cause
        self.cure = cure
        self.log = log


class Busy(RuntimeError):
    """Another run is in progress."""

    def __init__(self, run: str) -> None:
        super().__init__(f"run {run} is in progress: wait for it, or cancel it")
        self.run = run
