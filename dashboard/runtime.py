"""Everything with a life of its own that one dashboard or one ``poolscope run`` owns."""

from contextlib import ExitStack
from types import TracebackType

from config import Environment
from dashboard.databases.databases import Databases
from dashboard.history.store import History
from dashboard.processes.children import Children
from dashboard.processes.data_dir import claim
from dashboard.processes.leftovers import Ledger
from dashboard.targets.external_address import ExternalServer
from dashboard.targets.receiver import Receiver
from dashboard.targets.servers.process import ServerProcess
from dashboard.targets.user_app_options import App
from dashboard.targets.user_app_spec import prepare_user_app

from .conductor import Conductor
from .matrix import Survey


class Runtime:
    """The parts behind the web page and the command line; leaving the context stops them all."""

    def __init__(
        self,
        environment: Environment,
        app: App | None = None,
        external: ExternalServer | None = None,
    ) -> None:
        with ExitStack() as parts:  # what has been claimed or opened is let go of, too, on an error
            self.instance = claim(environment.data_dir)
            parts.callback(self.instance.release)
            self.user_app = prepare_user_app(app, self.instance.path / "probe") if app else None
            ledger = Ledger(self.instance.path / "children")
            ledger.sweep()  # what a dashboard left that was killed together with its keeper
            self.children = Children(ledger)
            parts.callback(self.children.close)
            self.history = History(environment)
            parts.callback(self.history.close)
            self.receiver = Receiver()
            parts.callback(self.receiver.close)
            self.databases = Databases(environment, self.instance, self.children)
            parts.callback(self.databases.close)
            self.gunicorn = ServerProcess(self.children, self.receiver.address)
            parts.callback(self.gunicorn.stop)
            conductor = self.conductor = Conductor(
                self.databases, self.gunicorn, self.children, self.history, external, self.user_app
            )
            parts.callback(conductor.close)
            self.survey = Survey(conductor)
            parts.callback(self.survey.close)
            self.receiver.start(conductor.on_mark, conductor.on_notice, conductor.on_heartbeat)
            self._parts = parts.pop_all()

    def __enter__(self) -> "Runtime":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the run, the target, the databases and the receiver."""
        self._parts.close()
