"""A strict provider of identities on loopback: it takes nothing that the standard does not let it take.

Source: OpenID Connect Core 1.0, section 3.1; RFC 6749, section 4.1; RFC 7636, section 4.6.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "clew console", "a secret: with / and %"


@dataclass
class Given:
    """What was asked for when a code was given."""

    redirect_uri: str
    challenge: str
    nonce: str


@dataclass
class OidcProvider:
    """The provider.

    Attributes:
        person: the claims of whoever is signed in there.
        spoil: changes the claims of a token before it is signed.
        sign: makes the token in the place of the provider's own key.
        refused: why requests were refused.
    """

    issuer: str
    redirect_uri: str
    clock: Callable[[], datetime]
    person: dict[str, object] = field(default_factory=lambda: {"sub": "0017", "email": "ada@platform.example"})
    spoil: dict[str, object] = field(default_factory=dict)
    sign: Callable[[dict[str, object]], str] | None = None
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    codes: dict[str, Given] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    states_issuer: bool = True

    def about(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": self.states_issuer,
        }

    def authorize(self, query: dict[str, str]) -> str | None:
        """Where the browser is sent back to; None when the question is refused."""
        wanted = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": self.redirect_uri,
            "code_challenge_method": "S256",
        }
        if any(query.get(name) != value for name, value in wanted.items()):
            return self._refuse("the question is another client's, or of another kind")
        if "openid" not in query.get("scope", "").split() or len(query.get("code_challenge", "")) != 43:
            return self._refuse("no openid, or no challenge")
        if len(query.get("state", "")) < 20 or len(query.get("nonce", "")) < 20:
            return self._refuse("state and nonce must be there and hard to guess")
        code = secrets.token_urlsafe(16)
        self.codes[code] = Given(query["redirect_uri"], query["code_challenge"], query["nonce"])
        back = {"code": code, "state": query["state"]} | ({"iss": self.issuer} if self.states_issuer else {})
        return f"{self.redirect_uri}?{urlencode(back)}"

    def token(self, authorization: str, form: dict[str, str]) -> dict[str, object] | None:
        """The tokens for a code; None when it is refused. A code is taken once, also when the rest is wrong."""
        scheme, _, text = authorization.partition(" ")
        user, _, password = base64.b64decode(text).decode().partition(":")
        if scheme != "Basic" or (unquote(user), unquote(password)) != (CLIENT, SECRET):
            return self._turned_away("another client, or not as RFC 6749 section 2.3.1 encodes one")
        given = self.codes.pop(form.get("code", ""), None)
        if given is None or form.get("grant_type") != "authorization_code":
            return self._turned_away("no such code")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != given.challenge:
            return self._turned_away("the verifier is not that of the challenge")
        if form.get("redirect_uri") != given.redirect_uri:
            return self._turned_away("another place to return to")
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": given.nonce}
        said = {name: value for name, value in {**claims, **self.person, **self.spoil}.items() if value is not None}
        signed = self.sign(said) if self.sign else self.signed(said)
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": signed}

    def signed(self, claims: dict[str, object]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def keys(self) -> dict[str, object]:
        return KeySet([self.key]).as_dict(private=False)  # type: ignore[return-value]

    def _refuse(self, why: str) -> str | None:
        self.refused.append(why)
        return None

    def _turned_away(self, why: str) -> dict[str, object] | None:
        self.refused.append(why)
        return None


@contextmanager
def serving_provider(redirect_uri: str, clock: Callable[[], datetime]) -> Iterator[OidcProvider]:
    """A provider that answers on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self._say(200, provider.about())
            elif parts.path == "/keys":
                self._say(200, provider.keys())
            elif parts.path == "/authorize" and (back := provider.authorize(query)):
                self.send_response(302)
                self.send_header("location", back)
                self.end_headers()
            else:
                self._say(400, {"error": "invalid_request"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            tokens = provider.token(self.headers.get("authorization", ""), form)
            self._say(200, tokens) if tokens else self._say(400, {"error": "invalid_grant"})

        def _say(self, status: int, document: object) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = OidcProvider(f"http://127.0.0.1:{server.server_port}", redirect_uri, clock)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
