"""The action's step that writes: one comment on a pull request, updated and not repeated. It reads nothing but the report.

The comment is found by its first line, among those that a bot or the token's owner wrote. Nothing is written for a pull request that
touches no tracking, unless an earlier comment says otherwise. Needs Python alone. From the environment: REPORT (a file), API (the address
of GitHub's API), REPOSITORY (owner/name), PULL_REQUEST (its number), TOKEN.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from typing import Any

MARKER = "<!-- gtmgen review -->"
NOTHING = "No spec and no container is touched."
_PER_PAGE = 100
_SECONDS = 30
_TRIES = 3


def main() -> int:
    """Writes the comment; 1 with an error on stdout, as Actions shows it, where GitHub does not take it."""
    body = Path(os.environ["REPORT"]).read_text(encoding="utf-8")
    comments = f"{os.environ['API']}/repos/{os.environ['REPOSITORY']}/issues/{int(os.environ['PULL_REQUEST'])}/comments"
    try:
        earlier = _earlier(comments)
        if earlier:
            _ask("PATCH", earlier, {"body": body})
            print("updated the comment")
        elif NOTHING in body.splitlines()[:5]:  # the summary; what a container says stands further down
            print("nothing to say")
        else:
            _ask("POST", comments, {"body": body})
            print("wrote the comment")
    except urllib.error.HTTPError as problem:
        hint = ": the workflow needs `permissions: pull-requests: write`" if problem.code in {401, 403, 404} else ""
        print(f"::error::gtmgen: GitHub answered {problem.code} to the comment{hint}")
        return 1
    except OSError as problem:
        print(f"::error::gtmgen: GitHub cannot be reached: {getattr(problem, 'reason', problem)}")
        return 1
    return 0


def _earlier(comments: str) -> str:
    """The address of the comment that an earlier run wrote; "" where there is none."""
    page = 1
    while True:
        listed = _ask("GET", f"{comments}?per_page={_PER_PAGE}&page={page}")
        for comment in listed:
            author = comment.get("user") or {}
            if comment["body"].startswith(MARKER) and (author.get("type") == "Bot" or author.get("login") == _own()):
                return str(comment["url"])
        if len(listed) < _PER_PAGE:
            return ""
        page += 1


@cache
def _own() -> str:
    """Who the token belongs to; "" for a workflow's own, which may not ask and writes as a bot."""
    try:
        return str(_ask("GET", f"{os.environ['API']}/user")["login"])
    except (urllib.error.HTTPError, KeyError, TypeError):
        return ""


def _ask(method: str, url: str, data: dict[str, str] | None = None) -> Any:
    """One request to GitHub's API; a server that is out of order is asked again."""
    request = urllib.request.Request(  # noqa: S310  the address is the runner's own
        url,
        method=method,
        data=None if data is None else json.dumps(data).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['TOKEN']}",
            "Content-Type": "application/json",
            "User-Agent": "gtmgen",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    for wait in range(_TRIES):
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as problem:
            # a comment that was written all the same would be written twice: only what is safe to repeat is repeated
            if problem.code < 500 or method == "POST" or wait == _TRIES - 1:
                raise
            time.sleep(2**wait)
    raise AssertionError


if __name__ == "__main__":
    sys.exit(main())
