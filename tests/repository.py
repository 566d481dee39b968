"""A git repository with a pull request in it: two commits that touch specs and containers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.conftest import compiled
from tests.exports import export

SPEC = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}}
conversions:
  - event: purchase
    primary: true
    when: {data_layer: purchase}
  - event: sign_up
    when: {page: /welcome}
    once: visit
"""
EXPORT = {
    "tag": [{"name": "Chat", "type": "html", "html": "<script>\nopenChat('de');\n</script>", "fires": ["Help pages"]}],
    "trigger": [{"name": "Help pages", "type": "PAGEVIEW", "filter": ["{{Page Path}} STARTS_WITH /help"]}],
    "on": ["Page Path"],
}
_FIXED = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


def git(folder: Path, *words: str) -> str:
    """Runs git, always the same way; gives what it prints."""
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **_FIXED}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str | None], message: str) -> str:
    """Writes files (None removes one) and commits everything; gives the commit's hash."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")


def pull_request(folder: Path) -> tuple[str, str]:
    """Makes the repository; gives the two ends of its pull request.

    The spec gets another page, a new conversion and a wrong event name; its output is built. A container that GTM exported again, with
    other ids, has one condition changed. A file of somebody else's is touched too.
    """
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    files: dict[str, str | None] = {
        "specs/shop.yml": SPEC,
        "output/shop.web.json": compiled(SPEC).text,
        "gtm/GTM-ABC1234.json": export(EXPORT),
    }
    files["package.json"] = "{}"
    base = commit(folder, files, "Before")
    git(folder, "checkout", "-qb", "change")
    after = SPEC.replace("/welcome", "/hello") + "  - event: subscribe\n    when: {form: '#newsletter'}\n"
    again = json.loads(
        export(EXPORT).replace("/help", "/support").replace('"2"', '"77"').replace("STARTS_WITH", "CONTAINS")
    )
    again["containerVersion"]["fingerprint"] = "1800000000000"
    files = {
        "specs/shop.yml": after,
        "output/shop.web.json": compiled(after).text,
        "gtm/GTM-ABC1234.json": json.dumps(again, indent=4),
        "package.json": '{"name": "shop"}',
        "specs/leads.yml": SPEC.replace("event: purchase", "event: purchse"),
    }
    return base, commit(folder, files, "After")
