"""How a server is reached: over TCP, through a proxy of the environment, or by a unix socket; and
what is said where it is not.
"""

from __future__ import annotations

import os
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from mcqtest.backends.openai.place import Place, shown
from mcqtest.backends.openai.trouble import Trouble
from mcqtest.types import McqtestError, one_line

CONNECTING = 20.0
"""Seconds for a connection."""

_SHOWN, _WHOLE = 160, 10_000
"""Characters of an error: what is secret is taken out of it before it is cut, or half is left."""

_OTHER_HOST = {62, 63, 64}
"""OpenSSL's numbers for a certificate of another host, mail address or IP address."""

_NO_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNEXPECTED_MESSAGE", "HTTP_REQUEST"}


def roots() -> Any:
    """Whose certificates are trusted, as ``SSL_CERT_FILE``, ``SSL_CERT_DIR`` or the system say."""
    import httpx2

    try:
        return httpx2.create_ssl_context()
    except OSError as error:  # ssl.SSLError is one
        name = "SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "SSL_CERT_DIR"
        raise McqtestError(
            f"{name}={os.environ.get(name, '')}: no certificates can be read there "
            f"({one_line(error, 120)}); name a file of them in PEM form"
        ) from None


def client(place: Place, trusted: Any) -> Any:
    """A client of the library with one connection, as the environment's proxies want it."""
    import httpx2

    one = httpx2.Limits(max_connections=1, max_keepalive_connections=1)
    limits = httpx2.Timeout(None, connect=min(place.timeout, CONNECTING))
    by_socket = None
    if place.uds:
        by_socket = httpx2.AsyncHTTPTransport(verify=trusted, limits=one, uds=place.uds)
    try:
        return httpx2.AsyncClient(verify=trusted, limits=one, timeout=limits, transport=by_socket)
    except (httpx2.InvalidURL, ValueError, ImportError) as error:  # of a proxy
        said = place.secret.hide(one_line(error, _WHOLE))[:_SHOWN]
        raise McqtestError(
            f"{place.where}: the proxies of the environment cannot be used ({said}); correct "
            "HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, or name the server's host in NO_PROXY"
        ) from None


def lost(error: BaseException, place: Place) -> Trouble:
    """What it means that a request ended in this error, of the library or below it."""
    import httpx2

    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Trouble(_untrusted(cause), "fatal")
        if isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS:
            return Trouble("it speaks no TLS; write http:// in base_url", "fatal")
    if isinstance(error, httpx2.ConnectTimeout):
        seconds = min(place.timeout, CONNECTING)
        mixed = "; if it speaks no TLS, write http://" if place.url.startswith("https:") else ""
        return Trouble(f"no connection in {seconds:g} s{through(place)}{mixed}", "busy")
    kind = "fatal" if isinstance(error, httpx2.ProxyError) and "407" in str(error) else "broken"
    said = next(filter(None, map(_system, _causes(error))), one_line(error, _WHOLE, named=True))
    cut = not isinstance(error, httpx2.ConnectError | httpx2.ProxyError)
    return Trouble(place.secret.hide(said)[:_SHOWN] + through(place), kind, cut=cut)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that led to it."""
    found: BaseException | None = error
    while found is not None:
        yield found
        if isinstance(found, BaseExceptionGroup):  # one of each address of a host
            found = found.exceptions[0]
        else:
            found = found.__cause__ or found.__context__


def _system(error: BaseException) -> str:
    """What the system calls it; asyncio puts words of its own there."""
    if not isinstance(error, OSError) or isinstance(error, ssl.SSLError) or not error.errno:
        return ""
    return os.strerror(error.errno) if error.errno > 0 else error.strerror or ""


def _untrusted(error: ssl.SSLCertVerificationError) -> str:
    why = error.verify_message.rstrip(".")
    if error.verify_code in _OTHER_HOST:
        return f"its certificate is another host's ({why}); correct base_url"
    return (
        f"its certificate is not trusted ({why}); set SSL_CERT_FILE to a file with the "
        "certificate of whoever signed it"
    )


def through(place: Place) -> str:
    """Which proxy is on the way, in words."""
    url = urlsplit(place.url)
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if place.uds or not proxy:
        return ""
    with suppress(ValueError):
        if urllib.request.proxy_bypass(url.netloc):
            return ""
    return (
        f", through the environment's proxy {shown(proxy if '://' in proxy else f'http://{proxy}')}"
    )
