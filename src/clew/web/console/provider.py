"""A provider of identities: where it sends a person, and whom its token names. Every check of the token is made here.

Source: OpenID Connect Core 1.0 with errata 2, 2023, section 3.1 (code flow) and 3.1.3.7 (what a token must hold); RFC
7636, 2015 (PKCE); RFC 9207, 2022 (`iss` beside the code); RFC 9700, 2025 (current practice).
"""

import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clew.errors import InputError, SignInError, UnavailableError
from clew.ground.clock import Clock, monotonic_s
from clew.ground.egress import Address, Answer, Egress
from clew.ground.tokens import new_token
from clew.settings import Oidc

_WITHIN_S = 10.0
# What a provider says of itself and its keys changes seldom; a key that is not known yet is asked for at once.
_TRUSTED_S = 3600.0
_ASKED_AGAIN_S = 30.0
_LEEWAY_S = 60
# Signatures by the provider's own keys; never `none`, and never HS256, whose key every client has.
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is sent to the provider with; its answer is checked against these."""

    address: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """The provider that the settings name."""

    def __init__(self, settings: Oidc, redirect_to: str, clock: Clock) -> None:
        self._settings = settings
        self._redirect_to = redirect_to
        self._clock = clock
        self._lock = threading.Lock()
        self._about: dict[str, Any] = {}
        self._about_read_s = 0.0
        self._keys: KeySet | None = None
        self._keys_read_s = 0.0

    def ask(self) -> Question:
        """Where the person goes now.

        Raises:
            UnavailableError: the provider does not answer, or not as one.
        """
        about = self._discovered()
        state, nonce, verifier = new_token(), new_token(), new_token()
        address = prepare_grant_uri(
            about["authorization_endpoint"],
            self._settings.client_id,
            "code",
            redirect_uri=self._redirect_to,
            scope=self._settings.scopes,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Question(address=str(address), state=state, nonce=nonce, verifier=verifier)

    def name_of(self, code: str, issuer: str | None, nonce: str, verifier: str) -> str:
        """What the provider calls the person who came back with that code: the value of the configured claim.

        Args:
            issuer: the `iss` beside the code, if it bore one.
        Raises:
            SignInError: the provider refuses the code, or its token is not for us, not of now, or names nobody.
            UnavailableError: it does not answer.
        """
        about = self._discovered()
        stated = about.get("authorization_response_iss_parameter_supported") is True
        if issuer != self._settings.issuer and (issuer is not None or stated):
            raise SignInError("the answer is another provider's; begin again")
        claims = self._verified(self._token(about, code, verifier), nonce)
        name = claims.get(self._settings.claim)
        if not isinstance(name, str) or not name:
            raise SignInError(f"the provider's token bears no claim '{self._settings.claim}'; see oidc.claim")
        if self._settings.claim == "email" and claims.get("email_verified") is False:
            raise SignInError("the provider has not verified this address")
        return name

    def _token(self, about: dict[str, Any], code: str, verifier: str) -> str:
        """The signed token, in exchange for the code."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_to,
            "code_verifier": verifier,
        }
        methods = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = "client_secret_basic" in methods
        if not basic:
            fields |= {"client_id": self._settings.client_id, "client_secret": self._settings.client_secret}
        answer = self._call(about["token_endpoint"], urlencode(fields).encode(), as_client=basic)
        if answer.status != _OK:
            raise SignInError("the provider did not take the code; begin again")
        token = _document(answer).get("id_token")
        if not isinstance(token, str):
            raise SignInError("the provider gave no token of identity; its scopes must hold 'openid'")
        return token

    def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        """What the token says, once its signature, issuer, audience, times and nonce were found right."""
        for fresh in (False, True):
            try:
                decoded = jwt.decode(token, self._key_set(fresh=fresh), algorithms=_ALGORITHMS)
                break
            except (JoseError, ValueError) as error:
                # A key that the provider has begun to use since.
                if fresh or not self._may_ask_again():
                    raise SignInError("the provider's token is not signed as it must be") from error
        options: Any = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
            "sub": {"essential": True},
        }
        params = {"nonce": nonce, "client_id": self._settings.client_id}
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        try:
            claims.validate(now=int(self._clock().timestamp()), leeway=_LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise SignInError(
                "the provider's token is for another sign-in, another client, or another time; begin again"
            ) from error
        return dict(claims)

    # ---- what the provider says of itself

    def _discovered(self) -> dict[str, Any]:
        with self._lock:
            if not self._about or monotonic_s() - self._about_read_s > _TRUSTED_S:
                issuer = self._settings.issuer.rstrip("/")
                about = _document(self._called(f"{issuer}/.well-known/openid-configuration"))
                needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                if about.get("issuer") != self._settings.issuer or not all(
                    isinstance(about.get(each), str) for each in needed
                ):
                    raise UnavailableError(
                        "the provider calls itself otherwise than oidc.issuer does, or says too little"
                    )
                self._about, self._about_read_s = about, monotonic_s()
            return self._about

    def _key_set(self, *, fresh: bool) -> KeySet:
        about = self._discovered()
        with self._lock:
            if self._keys is None or fresh or monotonic_s() - self._keys_read_s > _TRUSTED_S:
                document: Any = _document(self._called(about["jwks_uri"]))
                try:
                    self._keys = KeySet.import_key_set(document)
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise UnavailableError("the provider's keys cannot be read") from error
                self._keys_read_s = monotonic_s()
            return self._keys

    def _may_ask_again(self) -> bool:
        """Not for each bad token that somebody sends."""
        return monotonic_s() - self._keys_read_s > _ASKED_AGAIN_S

    def _called(self, address: str) -> Answer:
        answer = self._call(address)
        if answer.status != _OK:
            raise UnavailableError(f"the provider answered {answer.status}; nobody can sign in by it now")
        return answer

    def _call(self, address: str, body: bytes | None = None, *, as_client: bool = False) -> Answer:
        parts = urlsplit(address)
        place = Address(
            base_url=f"{parts.scheme}://{parts.netloc}",
            # RFC 6749, section 2.3.1: both are encoded as in a form before they are joined.
            user=quote(self._settings.client_id, safe="") if as_client else "",
            password=quote(self._settings.client_secret, safe="") if as_client else "",
        )
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        try:
            calls = Egress(place)
        except InputError as error:
            raise UnavailableError(f"the provider names an address that may not be called: {error}") from error
        try:
            if body is None:
                return calls.get(path, within_s=_WITHIN_S)
            return calls.post(path, body, "application/x-www-form-urlencoded", within_s=_WITHIN_S)
        except ValueError as error:
            raise UnavailableError("the provider names an address that may not be called") from error
        finally:
            calls.close()


def _document(answer: Answer) -> dict[str, Any]:
    try:
        return msgspec.json.decode(answer.body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UnavailableError("the provider's answer is no JSON object") from error
