"""What is answered at which address, one module a page.

A module has a `router`, and in `PAGES` the pages it puts into the navigation, as key and path.
"""

from osteocast.web.routes import api, claims, equations, evidence, mechanism, person, report, trials, words

ROUTES = (person, mechanism, trials, evidence, claims, words, equations, report, api)
