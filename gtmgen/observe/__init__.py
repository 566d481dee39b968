"""What a container sends, to whom, under which name and with which event_id: read back out of anybody's container.

How a platform's calls and templates look stands in its platform.yml under `recognise`.
"""

from gtmgen.observe.seen import Loads, Observed, Seen, UserSeen
from gtmgen.observe.tags import observe

__all__ = ["Loads", "Observed", "Seen", "UserSeen", "observe"]
