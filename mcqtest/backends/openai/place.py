"""Where a model is served, and how it is asked there: ``--backend-option`` of served models.

Keys come from the environment alone and are known to a `Secret`, which never shows them.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from mcqtest.types import McqtestError

OPTIONS = {
    "base_url": "where it is served, http://HOST:PORT/v1 (default: $OPENAI_BASE_URL)",
    "uds": "path of the unix socket on which it is served; base_url then says what is asked there",
    "key_env": "environment variable that holds the key (default: OPENAI_API_KEY)",
    "deployment": "a name for what is served there now; another name, and all is asked again",
    "letters": "how letters are scored, where the choice is not to be left to a probe",
    "extra": "JSON, further fields of every request",
    "concurrency": "requests in flight at most (default: 256)",
    "retries": "how often a request that fails is sent again (default: 12)",
    "timeout": "seconds for an answer (default: 600)",
    "price": "IN,OUT: of a million tokens read, and written",
}
_KEYS = {
    "api_key",
    "apikey",
    "api-key",
    "authorization",
    "key",
    "openai_api_key",
    "password",
    "token",
}
"""What a key may be called by somebody who gives it in a command, where others see it."""

_VALUES = {
    "key_env": r"[A-Za-z_]\w*",
    "deployment": r"[\w.:@+-]{1,100}",
    "concurrency": "[1-9][0-9]{0,4}",
    "retries": "[0-9]{1,4}",
    "timeout": "[1-9][0-9]{0,5}",
    "price": r"[0-9]+(\.[0-9]+)?,[0-9]+(\.[0-9]+)?",
}


_LONGEST = 107
"""Bytes of a socket's path that every kernel takes (unix(7))."""


class Secret:
    """What nobody may see: told to the client alone, and taken out of all that is said."""

    def __init__(self, *values: str) -> None:
        self._values = sorted({each for each in values if len(each) > 3}, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text with a mark in the place of what is secret."""
        for value in self._values:
            text = text.replace(value, "***")
        return text

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True)
class Place:
    """See `OPTIONS`."""

    url: str
    uds: str
    """Absolute path of a unix socket; empty: the URL's host is asked."""
    key_env: str
    deployment: str
    letters: str
    extra: Mapping[str, Any]
    concurrency: int
    retries: int
    timeout: float
    price: tuple[float, float] | None
    """Of a million tokens read and written, in whatever money."""

    @property
    def where(self) -> str:
        """For people, and for what stands for weights."""
        return f"{self.url} on {self.uds}" if self.uds else self.url

    @property
    def root(self) -> str:
        """Where a server has what is none of the API."""
        return self.url.removesuffix("/v1")

    @property
    def key(self) -> str:
        """Empty where no key is needed. Raises for one that no header can hold."""
        return printable(self.key_env)

    @property
    def secret(self) -> Secret:
        """The key, and what stands before the host of a proxy."""
        hidden = [self.key]
        for name, value in os.environ.items():
            if name.lower().endswith("_proxy") and "@" in value:
                user = value.partition("://")[2].rpartition("@")[0] or value.rpartition("@")[0]
                said = unquote(user)
                password = said.partition(":")[2]
                hidden += [user, said, password, b64encode(said.encode()).decode()]
        return Secret(*hidden)


def printable(variable: str) -> str:
    """A variable of the environment that goes into a header. Raises for one that none can hold."""
    value = os.environ.get(variable, "").strip()
    if not re.fullmatch("[!-~]*", value):
        raise McqtestError(f"{variable}: holds blanks, or characters that no key has; correct it")
    return value


def read(options: Mapping[str, str]) -> Place:
    """Raises `McqtestError` for a key or value that there is not."""
    for key, value in options.items():
        _no_key(key)
        if key not in OPTIONS:
            raise McqtestError(
                f"--backend-option {key}: unknown; for served models there are "
                f"{', '.join(OPTIONS)} (docs/models.md)"
            )
        if not re.fullmatch(_VALUES.get(key, ".+"), value):
            shown = "" if key in {"base_url", "key_env"} else f"={value}"  # they may hold a key
            raise McqtestError(f"--backend-option {key}{shown}: not a value of it ({OPTIONS[key]})")
    key_env = options.get("key_env", "OPENAI_API_KEY")
    if "key_env" in options and not os.environ.get(key_env):
        raise McqtestError(
            "--backend-option key_env: no such variable in the environment, or an empty one; give "
            "the name of the variable that holds the key"
        )
    money = [float(each) for each in options.get("price", "").split(",") if each]
    return Place(
        url=_url(options),
        uds=_socket(options),
        key_env=key_env,
        deployment=options.get("deployment", ""),
        letters=options.get("letters", "auto"),
        extra=_extra(options.get("extra", "{}")),
        concurrency=int(options.get("concurrency", "256")),
        retries=int(options.get("retries", "12")),
        timeout=float(options.get("timeout", "600")),
        price=(money[0], money[1]) if money else None,
    )


def _no_key(name: str, option: str = "") -> None:
    if name.casefold() in _KEYS:
        raise McqtestError(
            f"--backend-option {option or name}: a key in a command is seen by everybody on the "
            "machine; put it into the environment as OPENAI_API_KEY, or into another variable, "
            "and name that with --backend-option key_env=NAME"
        )


def _socket(options: Mapping[str, str]) -> str:
    """The path of the unix socket, if one is told."""
    if "uds" not in options:
        return ""
    path = Path(options["uds"]).expanduser().absolute()
    if path.exists() and not path.is_socket():
        raise McqtestError(f"--backend-option uds={path}: not a socket; name the server's")
    if len(os.fsencode(path)) > _LONGEST:
        raise McqtestError(
            f"--backend-option uds={path}: longer than the {_LONGEST} bytes that the path of a "
            "socket may have; let the server listen at a shorter one"
        )
    return str(path)


def _url(options: Mapping[str, str]) -> str:
    told = "base_url" in options
    given = options.get("base_url") or os.environ.get("OPENAI_BASE_URL", "")
    if "uds" in options and not told:
        return "http://localhost/v1"
    where = "--backend-option base_url" if told else "OPENAI_BASE_URL"
    if not given:
        raise McqtestError(
            "--backend=openai: where is it served? Add --backend-option "
            "base_url=http://HOST:PORT/v1 (https://api.openai.com/v1 is OpenAI's own), or set "
            "OPENAI_BASE_URL"
        )
    parts = _parts(given)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise McqtestError(
            f"{where}: not the URL of an API; write http://HOST:PORT/v1 (an IPv6 address in "
            "brackets)"
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise McqtestError(
            f"{where}: holds a user, a password or a query, which others could see; write "
            f"{shown(given)}, and put the key into the environment (OPENAI_API_KEY, or "
            "--backend-option key_env=NAME)"
        )
    base = given.rstrip("/")
    for path in ("/chat/completions", "/completions", "/models"):
        if base.endswith(path):
            raise McqtestError(f"{where}: goes on beyond the API; write {base.removesuffix(path)}")
    return base


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def shown(url: str) -> str:
    """A URL without what may be secret in it."""
    parts = _parts(url)
    if parts is None:
        return "http://HOST:PORT/v1"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/")


def is_url(model: str) -> bool:
    return re.match("https?://", model, re.IGNORECASE) is not None


def what_instead(url: str) -> str:
    """What to type in place of ``--model=URL``."""
    base = shown(url)
    base = base if urlsplit(base).path else f"{base}/v1"
    return (
        f"--model={base}: a URL; name the model that is served there, --backend=openai "
        f"--backend-option base_url={base} --model=NAME ({base}/models lists names)"
    )


def _extra(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        # without the text, which may hold a key
        raise McqtestError('--backend-option extra: not JSON of an object, such as {"top_k": 20}')
    for name in found:
        _no_key(name, f"extra: {name}")
    return found
