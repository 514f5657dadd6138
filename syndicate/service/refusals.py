"""Every reason for which something is refused, in words: what happened, and what to do about it.

One class a reason. The status that goes with a reason is known to `web.errors` alone.
"""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """Something was asked for that is not given. `reason` is its name for programs, `str` its sentence."""

    reason: ClassVar[str] = "refused"
    text: ClassVar[str] = "This is refused."
    is_lasting: ClassVar[bool] = False  # whether only a commit can change it, and time alone cannot

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(self.text.format(**fields))


class NoCredential(Refused):
    """Nothing was shown."""

    reason = "no-credential"
    is_lasting = True
    text = "This address needs a token. Send it as the password of Basic, or as Bearer."


class BadCredential(Refused):
    """What was shown is no token of ours."""

    reason = "bad-credential"
    is_lasting = True
    text = "This is not a token that we issued. Check that it was copied whole, or ask {contact}."


class BadSourceKey(BadCredential):
    """What was shown is no living key of this source."""

    text = "This needs the key of a source, or its signature."


class BadMetricsKey(BadCredential):
    """What was shown is not the key to the figures."""

    text = "This needs the key that `syndicate keys metrics` printed."


class BadSignature(BadCredential):
    """What a source signed does not count."""

    text = "The signature does not count: {why}"


class WebhookIdUsed(Refused):
    """The id of a signed message was that of another one."""

    reason = "webhook-id-used"
    text = "Another message came under this webhook-id. Give each message an id of its own."


class TokenExpired(Refused):
    """The token is past its end."""

    reason = "token-expired"
    text = "This access ended on {ended:%d %B %Y}. Ask {contact} to renew it; your feed address stays."


class TokenRotated(Refused):
    """The secret was replaced and its overlap is over."""

    reason = "token-rotated"
    text = "This secret was replaced by a newer one. Use the newer one, or ask {contact}."


class TokenRevoked(Refused):
    """The token was revoked."""

    reason = "token-revoked"
    is_lasting = True
    text = "This token was revoked. Ask {contact} for a new one."


class TokenGone(TokenRevoked):
    """The token was revoked for good, and its address should be dropped."""


class NetworkNotAllowed(Refused):
    """The request came from elsewhere."""

    reason = "network-not-allowed"
    text = "This token is not good from {address}. Ask {contact} to add your network."


class NotAReaderToken(Refused):
    """An `api` token stood in a path."""

    reason = "not-a-reader-token"
    text = "Only reader tokens work in an address. Send this one in the Authorization header."


class NotAnApiToken(Refused):
    """A token for readers was shown where only programs go."""

    reason = "not-an-api-token"
    text = "This address takes api tokens only, and this is one for a feed reader. Ask {contact} for one."


class CompanySuspended(Refused):
    """The company is suspended."""

    reason = "company-suspended"
    is_lasting = True
    text = "Access of your company is suspended. Write to {contact}."


class LicenceNotBegun(Refused):
    """The licence is for later."""

    reason = "licence-not-begun"
    text = "Your licence begins on {begins:%d %B %Y}. Write to {contact} to have it earlier."


class LicenceEnded(Refused):
    """The licence is over."""

    reason = "licence-ended"
    text = "Your licence ended on {ended:%d %B %Y}. Write to {contact} to renew it; your token stays."


class FeedNotLicensed(Refused):
    """The feed exists and is not among what this token may have."""

    reason = "feed-not-licensed"
    text = "Your token does not open the feed {feed}. Write to {contact} to add it."


class NotFound(Refused):
    """Nothing is here, or nothing that this principal may know of."""

    reason = "not-found"
    text = "There is nothing at this address."


class Gone(Refused):
    """Something was here, and was taken away for good."""

    reason = "gone"
    text = "What was here was withdrawn. Do not use it; questions to {contact}."


class FeedGone(Refused):
    """The feed was removed."""

    reason = "feed-gone"
    text = "This feed is no longer published. The feeds that are: {feeds_href}"


class TooManyRequests(Refused):
    """The quota of the token is used up for this minute."""

    reason = "too-many-requests"
    text = (
        "This token may make {quota} requests a minute, and made them. Ask for what changed alone "
        "(If-None-Match): such an answer is free."
    )


class Resync(Refused):
    """A cursor is good no more."""

    reason = "resync"
    text = "{why} Call this address without `since`, and go on from there."


class NothingOwed(Refused):
    """An acknowledgement of what is neither held nor killed, or was never given."""

    reason = "nothing-owed"
    text = "Of this item there is no hold or kill that your company owes an answer for."


class NotUnderstood(Refused):
    """A body that says nothing we know."""

    reason = "not-understood"
    text = "The body must be {expected}."


class TooManyAtOnce(Refused):
    """More is sent at once than there are hands for."""

    reason = "too-many-requests"
    text = "Too much is being sent at once. Try again in a few seconds."


class Unavailable(Refused):
    """The database cannot be asked, or a receipt could not be written in time."""

    reason = "unavailable"
    text = "The service cannot answer safely now. Try again in a few seconds."


class Unknown(Refused):
    """A command named something that does not exist."""

    reason = "unknown"
    text = "There is no {kind} {name!r}.{hint}"


class Impossible(Refused):
    """A command asked for something that cannot be done as things are."""

    reason = "impossible"
    text = "{why}"
