"""What several platforms say alike is said once, whatever their tags are called."""

from __future__ import annotations

from gtmgen.report.verify.failures import missed
from gtmgen.verify.outcome import Verdict
from tests.outcomes import NAMES


def failed(platform: str, *reasons: str, found: str = "not counted", subject: str = "Chat") -> Verdict:
    return Verdict(subject, platform, "counted once", found, False, 3, reasons=reasons)


def heard(platform: str, event: str) -> str:
    return (
        f"nothing that happened is what `gtmgen - {NAMES[platform]} - {event}` listens to; there were the events gtm.js"
    )


def test_tags_of_several_platforms_that_did_not_fire_are_one_failure() -> None:
    shared = "no event reached the server container"
    (one,) = missed(
        [failed("tiktok", heard("tiktok", "Chat"), shared), failed("meta", heard("meta", "Contact"), shared)], NAMES
    )
    assert one.platforms == "TikTok and Meta"
    assert one.reasons == (heard("tiktok", "Chat"), heard("meta", "Contact"), shared)


def test_what_differs_in_anything_else_stays_apart() -> None:
    other = heard("meta", "Chat").replace("gtm.js", "gtm.load")
    assert len(missed([failed("tiktok", heard("tiktok", "Chat")), failed("meta", other)], NAMES)) == 2
    assert len(missed([failed("tiktok"), failed("meta", found="counted 2 times")], NAMES)) == 2
    assert len(missed([failed("tiktok"), failed("meta", heard("meta", "Chat"))], NAMES)) == 2
    consent = "`{}` did not fire at `chat`: the exception `{}` held it back"
    one, two = consent.format("gtmgen - TikTok - Chat", "A"), consent.format("gtmgen - Meta - Chat", "B")
    assert len(missed([failed("tiktok", one), failed("meta", two)], NAMES)) == 2


def test_a_tag_has_no_platform() -> None:
    (one,) = missed([failed("", "nothing that happened is what `Chat` listens to")], NAMES)
    assert (one.platforms, len(one.reasons)) == ("", 1)
