"""The applications for a server of several workers, such as gunicorn: `dashboard.wsgi:public()`.

Each worker makes its own, after it was forked, and has asked every page once before it serves.
"""

from dashboard.serving import app_for
from etl.home import home


def public():
    """For everybody; no sign-in."""
    return app_for(home()).server


def council():
    """For councils that sign in."""
    return app_for(home(), "council").server


def analyst():
    """For analysts that sign in."""
    return app_for(home(), "analyst").server
