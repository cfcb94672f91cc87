"""The local web application: pages and the JSON interface over the same functions as the command line."""

from osteocast.web.app import create_app

__all__ = ["create_app"]
