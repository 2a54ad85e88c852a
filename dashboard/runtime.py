"""Everything with a life of its own that one dashboard or one ``poolscope run`` owns."""

from types import TracebackType

from config import Environment
from dashboard.databases.databases import Databases
from dashboard.history.store import History
from dashboard.processes.children import Children
from dashboard.processes.data_dir import claim
from dashboard.processes.leftovers import Ledger
from dashboard.targets.external_address import ExternalServer
from dashboard.targets.gunicorn import GunicornProcess
from dashboard.targets.receiver import Receiver
from dashboard.targets.user_app_gunicorn import prepare_user_app
from dashboard.targets.user_app_options import App

from .conductor import Conductor
from .errors import StartError
from .matrix import Survey


class Runtime:
    """The parts behind the web page and the command line; leaving the context stops them all."""

    def __init__(
        self,
        environment: Environment,
        app: App | None = None,
        external: ExternalServer | None = None,
    ) -> None:
        self.instance = claim(environment.data_dir)
        try:
            self.user_app = prepare_user_app(app, self.instance.path / "probe") if app else None
        except StartError:
            self.instance.release()
            raise
        ledger = Ledger(self.instance.path / "children")
        ledger.sweep()  # what a dashboard left that was killed together with its keeper
        self.children = Children(ledger)
        self.databases = Databases(environment, self.instance, self.children)
        self.receiver = Receiver()
        self.gunicorn = GunicornProcess(self.children, self.receiver.address)
        self.history = History(environment)
        self.conductor = Conductor(
            self.databases, self.gunicorn, self.children, self.history, external, self.user_app
        )
        self.survey = Survey(self.conductor)
        conductor = self.conductor
        self.receiver.start(conductor.on_mark, conductor.on_notice, conductor.on_heartbeat)

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
        self.survey.close()
        self.conductor.close()
        self.gunicorn.stop()
        self.databases.close()
        self.receiver.close()
        self.history.close()
        self.children.close()
        self.instance.release()
