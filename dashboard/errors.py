"""The one error for parts that cannot start, told in cause and cure."""


class StartError(RuntimeError):
    """A database or target that cannot be used; ``log`` holds the last lines that it wrote."""

    def __init__(self, cause: str, cure: str, log: str = "") -> None:
        super().__init__(f"{cause}. {cure}")
        self.cause = cause
        self.cure = cure
        self.log = log
