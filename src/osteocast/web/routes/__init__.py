"""What is answered at which address, one module a page.

A module has a `router`, and in `PAGES` the pages it puts into the navigation, as key and path.
"""

from osteocast.web.routes import api, person, report

ROUTES = (person, report, api)
