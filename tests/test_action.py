"""The GitHub Action, without GitHub: its steps run one after the other over a real pull request, its comment goes to a server of ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, command
from tests.repository import git, pull_request

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
TOKEN = "ghs_" + "0" * 36
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)


class GitHub(ThreadingHTTPServer):
    """What of GitHub's API the action uses: a pull request's comments."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.comments: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.owner = ""
        """Who the token belongs to; a workflow's own belongs to nobody."""
        self.refuses = 0
        """A status to answer with instead."""
        self.breaks = 0
        """How many of the next requests get a 502."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, body: str, kind: str = "Bot") -> None:
        number = len(self.comments) + 1
        url = f"{self.url}/repos/shop/site/issues/comments/{number}"
        self.comments.append({"id": number, "url": url, "user": {"type": kind, "login": kind.lower()}, "body": body})


class _Handler(BaseHTTPRequestHandler):
    server: GitHub

    def _answer(self, status: int, data: Any) -> None:
        raw = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _ask(self) -> None:
        hub = self.server
        hub.asked.append(f"{self.command} {self.path}")
        sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        if hub.breaks:
            hub.breaks -= 1
            return self._answer(502, {})
        if hub.refuses or self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self._answer(hub.refuses or 401, {"message": "no"})
        listed = re.fullmatch(r"/repos/shop/site/issues/7/comments\?per_page=100&page=(\d+)", self.path)
        if self.command == "GET" and listed:
            page = int(listed[1]) - 1
            return self._answer(200, hub.comments[100 * page : 100 * page + 100])
        if self.command == "POST" and self.path == "/repos/shop/site/issues/7/comments":
            hub.add(sent["body"])
            return self._answer(201, hub.comments[-1])
        if self.command == "GET" and self.path == "/user":
            return self._answer(200 if hub.owner else 403, {"login": hub.owner} if hub.owner else {"message": "no"})
        if self.command == "PATCH":
            hub.comments[int(self.path.rsplit("/", 1)[1]) - 1]["body"] = sent["body"]
            return self._answer(200, {})
        return self._answer(404, {})

    do_GET = do_POST = do_PATCH = _ask

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def hub() -> Iterator[GitHub]:
    server = GitHub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


class Job:
    """A job that uses the action: its folders, and the values that its expressions have."""

    def __init__(self, folder: Path, hub: GitHub) -> None:
        self.workspace, self.temp = folder / "site", folder / "temp"
        self.base, self.head = pull_request(self.workspace)
        (self.temp / "gtmgen" / "bin").mkdir(parents=True)
        (self.temp / "gtmgen" / "bin" / "gtmgen").symlink_to(command())
        self.files = {name: folder / name for name in ("output", "summary")}
        self.values: dict[str, str] = {
            "github.action_path": str(ROOT),
            "github.api_url": hub.url,
            "github.event_name": "pull_request",
            "github.event.pull_request.base.sha": self.base,
            "github.event.pull_request.head.repo.full_name": "shop/site",
            "github.event.pull_request.head.sha": self.head,
            "github.event.pull_request.number": "7",
            "github.repository": "shop/site",
            "github.token": TOKEN,
        }
        for name, about in ACTION["inputs"].items():
            self.values[f"inputs.{name}"] = self.filled(about["default"])

    def filled(self, text: str) -> str:
        """A text with its expressions replaced; only plain names stand in those that are filled."""
        return _EXPRESSION.sub(lambda match: self.values[match[1]], text)

    def holds(self, condition: str) -> bool:
        """Whether a step's `if` holds: comparisons, `&&` and `||`, as GitHub reads them."""
        inner = _EXPRESSION.fullmatch(condition.strip())
        assert inner
        text = re.sub(r"[a-z_]+(?:\.[a-z_]+)+", lambda match: repr(self.values[match[0]]), inner[1])
        return bool(eval(text.replace("&&", " and ").replace("||", " or ").replace("\n", " "), {}))

    def step(self, name: str) -> subprocess.CompletedProcess[str]:
        """Runs one step as a runner does: bash that stops at the first error, and no environment but the step's own."""
        step = STEPS[name]
        env = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.temp),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.files["output"]),
            "GITHUB_STEP_SUMMARY": str(self.files["summary"]),
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{key: self.filled(value) for key, value in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if "id" in step and self.files["output"].exists():
            for line in self.files["output"].read_text().splitlines():
                key, _, value = line.partition("=")
                self.values[f"steps.{step['id']}.outputs.{key}"] = value
        return done

    def run(self) -> subprocess.CompletedProcess[str]:
        """All steps behind the installation; gives the last."""
        review = self.step("Review")
        assert review.returncode == 0, review.stdout + review.stderr
        if self.holds(STEPS["Comment"]["if"]):
            comment = self.step("Comment")
            assert comment.returncode == 0, comment.stdout + comment.stderr
        return self.step("Verdict")


@pytest.fixture
def job(tmp_path: Path, hub: GitHub) -> Job:
    return Job(tmp_path, hub)


def test_the_comment(job: Job, hub: GitHub, golden: Callable[[Path, str], None]) -> None:
    verdict = job.run()
    (comment,) = hub.comments
    golden(ROOT / "tests" / "golden" / "action" / "comment.md", comment["body"].replace(job.base[:7], "BASE"))
    assert job.files["summary"].read_text(encoding="utf-8") == comment["body"]
    assert verdict.returncode == 1, "a spec with an error was added"
    assert "::error::" in verdict.stdout


def test_the_comment_is_updated_and_not_repeated(job: Job, hub: GitHub) -> None:
    hub.add("<!-- gtmgen review -->\nI am not your bot", kind="User")
    for number in range(120):
        hub.add(f"comment {number}")
    job.run()
    assert len(hub.comments) == 122
    hub.comments[-1]["body"] = "<!-- gtmgen review -->\nold"
    job.run()
    assert len(hub.comments) == 122
    assert hub.comments[-1]["body"].startswith("<!-- gtmgen review -->\n## What")
    assert hub.comments[0]["body"].endswith("I am not your bot")


def test_the_comment_of_a_token_that_is_a_persons_is_found_again(job: Job, hub: GitHub) -> None:
    hub.add("<!-- gtmgen review -->\nsomebody else's", kind="User")
    hub.comments[0]["user"]["login"] = "stranger"
    hub.add("<!-- gtmgen review -->\nold", kind="User")
    hub.comments[1]["user"]["login"] = hub.owner = "ann"
    hub.add("a deleted account's")
    hub.comments[2]["user"] = None
    job.run()
    assert len(hub.comments) == 3
    assert "## What" in hub.comments[1]["body"]


def test_a_name_cannot_keep_the_comment_away(job: Job, hub: GitHub) -> None:
    job.step("Review")
    report = Path(job.values["steps.review.outputs.report"])
    report.write_text(report.read_text(encoding="utf-8") + "\nNo spec and no container is touched.\n", encoding="utf-8")
    job.step("Comment")
    assert len(hub.comments) == 1


def test_a_pull_request_without_tracking_gets_no_comment_and_an_old_one_is_set_right(job: Job, hub: GitHub) -> None:
    job.values["inputs.paths"] = "package.json"
    assert job.run().returncode == 0
    assert hub.comments == []
    hub.add("<!-- gtmgen review -->\nold")
    job.run()
    assert "No spec and no container is touched." in hub.comments[0]["body"]


def test_only_the_step_that_writes_has_the_token(job: Job, hub: GitHub) -> None:
    holders = [name for name, step in STEPS.items() if "token" in json.dumps(step)]
    assert holders == ["Comment"]
    assert "git" not in STEPS["Comment"]["run"]
    done = job.step("Review")
    assert TOKEN not in done.stdout + done.stderr + job.files["summary"].read_text(encoding="utf-8")


def test_a_forks_token_may_not_write(job: Job, hub: GitHub) -> None:
    job.values["github.event.pull_request.head.repo.full_name"] = "stranger/site"
    job.run()
    assert hub.comments == []
    assert "What this pull request does" in job.files["summary"].read_text(encoding="utf-8")
    job.values["github.event_name"] = "pull_request_target"
    job.run()
    assert len(hub.comments) == 1


def test_no_comment_where_none_is_wanted(job: Job, hub: GitHub) -> None:
    job.values["inputs.comment"] = "false"
    job.run()
    assert hub.comments == []


def test_nothing_of_the_pull_request_is_checked_out_or_run(job: Job, hub: GitHub) -> None:
    """On pull_request_target the working tree is the base's, and the head is only there as objects."""
    git(job.workspace, "checkout", "-q", "main")
    before = sorted(path for path in job.workspace.rglob("*") if ".git" not in path.parts)
    job.run()
    assert sorted(path for path in job.workspace.rglob("*") if ".git" not in path.parts) == before
    assert "subscribe" in hub.comments[0]["body"].lower()


def test_commits_that_are_not_here_are_fetched(job: Job, tmp_path: Path, hub: GitHub) -> None:
    whole = job.workspace
    git(whole, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(whole, "config", "uploadpack.allowReachableSHA1InWant", "true")
    job.workspace = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "main", f"file://{whole}", "shallow")
    job.run()
    assert "subscribe" in hub.comments[0]["body"].lower()
    git(job.workspace, "remote", "set-url", "origin", "/nowhere")
    job.values["inputs.head"] = "1" * 40
    done = job.step("Review")
    assert done.returncode == 2
    assert "fetch-depth: 0" in done.stdout


@pytest.mark.parametrize(("status", "says"), [(403, "pull-requests: write"), (422, "422")])
def test_what_github_refuses_is_said(job: Job, hub: GitHub, status: int, says: str) -> None:
    job.step("Review")
    hub.refuses = status
    done = job.step("Comment")
    assert done.returncode == 1
    assert done.stdout.startswith("::error::gtmgen:")
    assert says in done.stdout
    assert TOKEN not in done.stdout + done.stderr


def test_a_github_that_is_out_of_order_is_asked_again_but_for_a_new_comment(job: Job, hub: GitHub) -> None:
    job.step("Review")
    hub.breaks = 1
    assert job.step("Comment").returncode == 0
    assert [asked.split()[0] for asked in hub.asked] == ["GET", "GET", "POST"]
    hub.comments.clear()
    hub.server_close()
    done = job.step("Comment")
    assert done.returncode == 1
    assert "cannot be reached" in done.stdout


def test_every_input_is_used_and_every_value_is_passed_by_the_environment() -> None:
    """What stands in a script as `${{ … }}` is pasted into it: a branch's name could then be a command."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in text
    for step in STEPS.values():
        assert "${{" not in step.get("run", "")
