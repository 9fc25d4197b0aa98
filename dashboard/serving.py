"""The application of an audience, made for a home and served until stopped."""

import atexit
import gc

from dashboard import security
from dashboard.app import App, create_app
from dashboard.source import Door


def app_for(home, audience: str = "public", settings=None) -> App:
    """The application of an audience: public, council or analyst. The public's holds no code for signing in.

    settings: dashboard.sign_in_settings.Settings, unless the environment gives them.
    """
    if audience == "public":
        return _settled(create_app(Door(home), limits=security.LIMITS))
    from dashboard import sign_in, sign_in_settings

    sign_in.log_access()
    settings = settings or sign_in_settings.from_environment()
    signing = sign_in.SignIn(settings, home, sign_in.AUDIENCES[audience])
    return _settled(create_app(Door(home), signing, limits=security.LIMITS))


def _settled(app: App) -> App:
    """The application, whose lasting objects the collector of garbage no longer looks through.

    Looking through all of them made one view in ten cost a twentieth of a second more, at random.
    """
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)
    return app


def serve(home, host: str = "127.0.0.1", port: int = 8050, audience: str = "public", settings=None) -> None:
    """Serve a home's figures to an audience until stopped."""
    import waitress

    app = app_for(home, audience, settings)
    address = app.sign_in.settings.address if app.sign_in else f"http://{host}:{port}"
    print(f"Uptake is at {address}/ (stop it with Ctrl+C)", flush=True)
    waitress.serve(app.server, host=host, port=port, threads=8, ident=None)
