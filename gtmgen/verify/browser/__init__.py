"""A web container on a page in Chromium: the browser, its network, the site, and what happened there."""
