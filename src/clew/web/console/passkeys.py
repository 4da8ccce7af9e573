"""Passkeys: what the browser is asked, and whether its answer is good.

Source: W3C "Web Authentication: An API for accessing Public Key Credentials, Level 3", 2026, section 7.
"""

from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from fastapi import Request, Response
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from clew.errors import InputError, SignInError
from clew.ground.tokens import digest_of, new_token
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.proofs import passkey_label
from clew.records.identifiers import UserId
from clew.records.people import Handshake, Passkey, User
from clew.web.console.caller import caller_of
from clew.web.door import door_of
from clew.web.visit import header

_ANSWERED_WITHIN = timedelta(minutes=5)
# Questions that wait for an answer, of one session or address and over all; each is a row of some bytes.
_MOST_OF_CALLER, _MOST_WAITING = 20, 10_000
_CREDENTIAL_CHARACTERS = 16_000


class Asked:
    """To whom a question was put when there is no session yet."""

    ANYBODY: ClassVar[bytes] = b"anybody"


class Passkeys:
    """One request's questions and answers: the place that a passkey belongs to is the one that the browser sees."""

    def __init__(self, request: Request) -> None:
        installation = door_of(request).installation
        self._store, self._clock = installation.store, installation.clock
        self._address = caller_of(request).address
        host = header(request.scope, b"host") or ""  # the gate has made sure that it is a name of ours
        scheme = "https" if installation.settings.web.public_url.startswith("https://") else "http"
        self._origin = f"{scheme}://{host}"
        self._place = urlsplit(self._origin).hostname or ""

    def ask(self, kind: str, bound_to: bytes, user_id: UserId | None) -> Response:
        """What `navigator.credentials.get` is called with.

        Args:
            bound_to: the session's digest, so that the answer counts in that session alone.
            user_id: whose passkeys will do; None for anybody's, which must then make sure of their person themselves.
        """
        allowed = [] if user_id is None else self._keys(user_id)
        wanted = UserVerificationRequirement.REQUIRED if user_id is None else UserVerificationRequirement.PREFERRED
        options = generate_authentication_options(
            rp_id=self._place,
            challenge=self._challenge(kind, bound_to),
            allow_credentials=allowed,
            user_verification=wanted,
        )
        return Response(options_to_json(options), media_type="application/json")

    def verify(self, form: dict[str, str], kind: str, bound_to: bytes, *, alone: bool) -> Passkey:
        """The passkey that gave the answer, with its new count.

        Args:
            alone: no other proof stands beside it: it must have made sure of its person.
        Raises:
            SignInError: it is unknown, or the answer is not to our question, or not good.
        """
        text = form.get("credential", "")[:_CREDENTIAL_CHARACTERS]
        try:
            credential = parse_authentication_credential_json(text)
            challenge = self._answered(credential.response.client_data_json, kind, bound_to)
            with self._store.read() as reader:
                known = reader.find_passkey(credential.raw_id)
            if known is None:
                raise SignInError("this passkey is not known here")
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._place,
                expected_origin=self._origin,
                credential_public_key=known.public_key,
                credential_current_sign_count=known.sign_count,
                require_user_verification=alone,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
            raise SignInError("the passkey's answer is not good; try again") from error
        return Passkey(
            id=known.id,
            user_id=known.user_id,
            public_key=known.public_key,
            sign_count=verified.new_sign_count,
            label=known.label,
            made_at=known.made_at,
        )

    def ask_new(self, kind: str, bound_to: bytes, user: User) -> Response:
        """What `navigator.credentials.create` is called with."""
        options = generate_registration_options(
            rp_id=self._place,
            rp_name="Clew",
            user_id=user.id.encode(),
            user_name=user.name,
            challenge=self._challenge(kind, bound_to),
            exclude_credentials=self._keys(user.id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                # It may be all that somebody signs in with one day.
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return Response(options_to_json(options), media_type="application/json")

    def verify_new(self, form: dict[str, str], kind: str, bound_to: bytes, user: User) -> Passkey:
        """The passkey that was made; InputError when the answer is not to our question, or not good."""
        text = form.get("credential", "")[:_CREDENTIAL_CHARACTERS]
        try:
            credential = parse_registration_credential_json(text)
            challenge = self._answered(credential.response.client_data_json, kind, bound_to)
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._place,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, SignInError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise InputError("the passkey could not be taken; load the page again and make it anew") from error
        return Passkey(
            id=verified.credential_id,
            user_id=user.id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            label=passkey_label(form.get("label", "")),
            made_at=self._clock(),
        )

    def _keys(self, user_id: UserId) -> list[PublicKeyCredentialDescriptor]:
        with self._store.read() as reader:
            return [PublicKeyCredentialDescriptor(id=each.id) for each in reader.passkeys(user_id)]

    def _challenge(self, kind: str, bound_to: bytes) -> bytes:
        """A new question, kept until it is answered, by one who has it."""
        challenge, at = digest_of(new_token()), self._clock()
        asked = Handshake(
            digest=challenge,
            kind=kind,
            caller=digest_of(f"address:{self._address}") if bound_to == Asked.ANYBODY else bound_to,
            bound_to=bound_to,
            facts={},
            expires_at=at + _ANSWERED_WITHIN,
        )

        def work(unit: UnitOfWork) -> None:
            unit.sweep_sign_ins(at)
            unit.put_handshake(asked, most_of_caller=_MOST_OF_CALLER, most=_MOST_WAITING)

        self._store.transact(work)
        return challenge

    def _answered(self, client_data: bytes, kind: str, bound_to: bytes) -> bytes:
        """The question that the answer bears: ours, put to the same, for the same, not answered before."""
        challenge = parse_client_data_json(client_data).challenge
        asked = self._store.transact(lambda unit: unit.take_handshake(challenge))
        if asked is None or asked.kind != kind or asked.bound_to != bound_to or asked.expires_at <= self._clock():
            raise SignInError("the passkey answered too late, or to another question; try again")
        return challenge
