"""The stand-ins for the platforms' server APIs: which addresses are theirs, and which events they take."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gtmgen.verify.judging.counting import _from_server, counted
from gtmgen.verify.server.api import Answered, answer
from tests.conftest import known

NOW = 1_767_225_600
META, TIKTOK = (
    "https://graph.facebook.com/%s/123456789012345/events",
    "https://business-api.tiktok.com/open_api/%s/event/track/",
)
LIMITED = {
    "data_processing_options": ["LDU"],
    "data_processing_options_country": 0,
    "data_processing_options_state": 0,
}


def meta(version: str = "v24.0", **ids: Any) -> Answered | None:
    event = {"event_name": "Purchase", "event_time": NOW, "action_source": "website", "user_data": {}, **ids}
    return answer(known(), META % version + "?access_token=t", {}, json.dumps({"data": [event]}), NOW)


def tiktok(version: str = "v1.3", **ids: Any) -> Answered | None:
    event = {"event": "Purchase", "event_time": NOW, "user": {}, **ids}
    body = {"event_source": "web", "event_source_id": "C4A1B2C3D4E5F6G7H8I9", "data": [event]}
    return answer(known(), TIKTOK % version, {"access-token": "t"}, json.dumps(body), NOW)


@pytest.mark.parametrize("version", ["v24.0", "v19.0", "v25.0", "v7"])
def test_every_version_of_an_api_is_that_api(version: str) -> None:
    got = meta(version, event_id="p.1")
    assert got
    assert [(one.pixel, one.event, one.refused) for one in got.taken] == [("123456789012345", "Purchase", "")]
    assert tiktok(version)


@pytest.mark.parametrize("version", ["", "v", "24.0", "v24.0/more", "latest"])
def test_what_is_no_version_is_not_that_api(version: str) -> None:
    assert meta(version) is None


@pytest.mark.parametrize(
    ("send", "ids", "refused"),
    [
        (meta, {"event_id": "p.1"}, ""),
        (meta, {"event_id": 17}, ""),
        (meta, {}, ""),
        (tiktok, {"event_id": "p.1"}, ""),
        (tiktok, {"event_id": 17}, "Invalid value for event_id: not a valid string."),
        (tiktok, {}, ""),
    ],
)
def test_whether_a_number_is_an_event_id_says_the_platform_and_none_is_taken(
    send: Any, ids: dict[str, Any], refused: str
) -> None:
    got = send(**ids)
    assert [one.refused for one in got.taken] == [refused]
    assert [one.event_id for one in got.taken] == [ids.get("event_id")]


@pytest.mark.parametrize("send", [meta, tiktok])
def test_events_without_an_event_id_count_each_time(send: Any) -> None:
    came = [_from_server(one, "", 1) for _ in range(2) for one in send().taken]
    assert [group.counts for group in counted(came, known())] == [1, 1]


@pytest.mark.parametrize(
    ("send", "said", "limited"),
    [
        (tiktok, {"limited_data_use": True}, True),
        (tiktok, {"limited_data_use": False}, False),
        (tiktok, {}, None),
        (meta, LIMITED, True),
        (meta, {}, False),
        (meta, LIMITED | {"data_processing_options_state": 1000}, LIMITED | {"data_processing_options_state": 1000}),
        (meta, {"data_processing_options": []}, {"data_processing_options": []}),
    ],
)
def test_what_an_event_says_of_the_settings_is_kept(send: Any, said: dict[str, Any], limited: Any) -> None:
    (taken,) = send(event_id="p.1", **said).taken
    assert taken.refused == "" and taken.settings == {"limited_data_use": limited}
    assert _from_server(taken, "", 1).settings == taken.settings
