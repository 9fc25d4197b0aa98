"""gunicorn's settings for Uptake: `gunicorn -c python:dashboard.workers "dashboard.wsgi:public()"`.

Each worker makes its own application and opens its own files, after it was forked; what they all run is read from disk
once, before, so that a worker that died is replaced in a moment. gunicorn's own access log stays off:
it would write addresses as they came. Whoever turns it on gets method, status and seconds, and nothing a visitor sent.
"""

import dashboard.serving  # noqa: F401  read before the fork, for every worker

bind = "127.0.0.1:8050"
worker_class = "gthread"
workers = 2
threads = 8
preload_app = False
timeout = 60
keepalive = 75  # longer than a proxy keeps a connection to us, so that it never asks on one just closed
accesslog = None
access_log_format = "%(m)s %(s)s %(L)s"
