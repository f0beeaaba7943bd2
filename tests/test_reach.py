"""How servers are reached: unix sockets, proxies, TLS; and the one line where they are not."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from base64 import b64encode

import pytest
from builders import complaint

pytest.importorskip("openai", reason="the extra openai is not installed")

from faults.listening import Listening
from faults.proxy import Forward
from faults.server import Server, _write
from mcqtest import backends
from mcqtest.backends import arguments
from mcqtest.backends.openai import place, reach
from mcqtest.backends.openai.pace import Pace
from mcqtest.types import McqtestError, Prompt, Request

LOGIN = "me:pass%40word-nobody-sees"
SUM = Prompt("", (), "What is 1 + 5?\nA. 6\nB. 7\nC. 8\nD. 9\nAnswer:")
ASKED = Request("k", SUM, (" A", " B", " C", " D"), "n")


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No proxy, key or certificate of whoever runs the tests, and short rests."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
    for name in (*names, *map(str.lower, names), "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Pace, "rest", lambda *_: 0.01)


def answer(folder, **options):
    """What a server says to one question, and the model that was found there."""
    model = backends.find("openai", "adder", base=folder)
    model = backends.probe("openai", model, options, folder, again=False)
    backend = backends.load(model, backends.setup("openai", model, options))
    (response,) = backend.run([ASKED])
    return response.logprobs, model


def slip(folder, **options):
    """The one line of a server that is not reached."""
    model = backends.find("openai", "adder", base=folder)
    return complaint(backends.probe, "openai", model, options, folder, again=False)


# --- unix sockets -------------------------------------------------------------------------------


def test_a_unix_socket(tmp_path, monkeypatch):
    """Is asked in place of a host, past all proxies; another socket is another server."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    fingerprints = set()
    for name in ("one.sock", "two.sock"):
        server = Server()
        server.uds = tmp_path / name
        with server:
            values, model = answer(tmp_path, uds=str(server.uds))
        assert max(values) == values[0]
        assert model.found.url == f"http://localhost/v1 on {server.uds}"
        fingerprints.add(model.fingerprint)
    assert len(fingerprints) == len([*(tmp_path / "served").iterdir()]) == 2


def test_unix_sockets_that_are_none(tmp_path, monkeypatch):
    """Nobody there, a file, a path that no kernel takes."""
    monkeypatch.chdir(tmp_path)
    said = slip(tmp_path, uds="here.sock")
    start = f"http://localhost/v1 on {tmp_path}/here.sock: cannot be reached (No such file or "
    assert said.startswith(start)
    assert said.endswith("start the server, or correct uds")
    (tmp_path / "file").touch()
    assert slip(tmp_path, uds="file").endswith("/file: not a socket; name the server's")
    assert "longer than the 107 bytes" in slip(tmp_path, uds=f"/{'x' * 120}")


# --- proxies ------------------------------------------------------------------------------------


def test_a_proxy_of_the_environment(tmp_path, monkeypatch):
    """Is asked with its password, which is nowhere to be seen; NO_PROXY goes past it."""
    with Server() as server, Forward(LOGIN.replace("%40", "@")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{LOGIN}@127.0.0.1:{proxy.port}")
        _, model = answer(tmp_path, base_url=server.url)
        assert proxy.asked[0] == f"GET {server.url}/models HTTP/1.1"
        assert "nobody-sees" not in "".join(each.read_text() for each in tmp_path.rglob("*.json"))
        first = len(proxy.asked)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert answer(tmp_path, base_url=server.url)[1].fingerprint == model.fingerprint
        assert len(proxy.asked) == first


@pytest.mark.parametrize("address", ["http://{}@host:3128", "{}@host:3128"])
def test_what_is_secret_of_a_proxy(monkeypatch, address):
    """User and password as they are typed, as they are meant, and as they are sent."""
    monkeypatch.setenv("all_proxy", address.format(LOGIN))
    meant = LOGIN.replace("%40", "@")
    sent = b64encode(meant.encode()).decode()
    secret = place.read({"base_url": "http://h/v1"}).secret
    for each in (LOGIN, meant, meant.partition(":")[2], sent):
        assert secret.hide(f"<{each}>") == "<***>"


def test_half_a_secret(monkeypatch):
    """Is not left, wherever a long error is cut."""
    from httpx2 import ReadError

    monkeypatch.setenv("HTTP_PROXY", f"http://{LOGIN}@host:3128")
    where = place.read({"base_url": "http://h/v1"})
    for before in range(80, 180):
        assert "me:p" not in reach.lost(ReadError("x" * before + LOGIN), where).said


@pytest.mark.parametrize(("scheme", "status"), [("http", 407), ("https", 407), ("http", 403)])
def test_a_proxy_that_refuses(tmp_path, monkeypatch, scheme, status):
    """Is told in one line without what it was given, though it repeats it."""
    with Forward("somebody:else") as proxy:
        proxy.refusal = status
        monkeypatch.setenv(f"{scheme}_proxy", f"http://{LOGIN}@127.0.0.1:{proxy.port}")
        said = slip(tmp_path, base_url=f"{scheme}://127.0.0.1:9/v1")
    assert str(status) in said
    if status == 407:
        assert f"through the environment's proxy http://127.0.0.1:{proxy.port}" in said
    else:
        assert "Proxy-Authorization: Basic ***" in said
    assert "nobody-sees" not in said
    assert b64encode(LOGIN.replace("%40", "@").encode()).decode() not in said


def test_a_proxy_that_is_not_there(tmp_path, monkeypatch):
    """Or cannot be: the line names it."""
    monkeypatch.setenv("ALL_PROXY", "127.0.0.1:9")
    said = slip(tmp_path, base_url="http://127.0.0.1:8/v1")
    assert "(Connection refused, through the environment's proxy http://127.0.0.1:9); start" in said
    monkeypatch.setenv("ALL_PROXY", f"gopher://{LOGIN}@host")
    said = slip(tmp_path, base_url="http://127.0.0.1:8/v1")
    assert "the proxies of the environment cannot be used (" in said
    assert "nobody-sees" not in said


# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody signed but itself, and its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    named = ["-subj", "/CN=nobody", "-addext", "subjectAltName=IP:127.0.0.1"]
    placed = ["-nodes", "-days", "2", "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([*made, *named, *placed], check=True, capture_output=True)
    with path.open("ab") as file:
        file.write(path.with_name("both.pem.crt").read_bytes())
    return path


@pytest.fixture
def safe(certificate):
    """A server that speaks TLS."""
    server = Server()
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(certificate)
    with server:
        yield server


def test_a_certificate_of_our_own(tmp_path, monkeypatch, certificate, safe):
    """Is not trusted until SSL_CERT_FILE says so, also through a proxy."""
    said = slip(tmp_path, base_url=safe.url)
    start = f"{safe.url}: its certificate is not trusted (self-signed certificate); set SSL_CERT_"
    assert said.startswith(start)
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    values, _ = answer(tmp_path, base_url=safe.url)
    assert max(values) == values[0]
    with Forward() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert answer(tmp_path, base_url=safe.url)[0] == values
        assert proxy.asked[0] == f"CONNECT 127.0.0.1:{safe.port} HTTP/1.1"


def test_another_hosts_certificate(tmp_path, monkeypatch, certificate, safe):
    """Is told as that: no file of certificates would mend it."""
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    said = slip(tmp_path, base_url=safe.url.replace("127.0.0.1", "localhost"))
    assert "its certificate is another host's (" in said
    assert said.endswith("; correct base_url")


def test_certificates_that_are_none(tmp_path, monkeypatch):
    """The line names the variable and the file."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    said = slip(tmp_path, base_url="https://127.0.0.1:9/v1")
    assert said.startswith(f"SSL_CERT_FILE={tmp_path}/gone.pem: no certificates can be read there")


def test_https_and_http_mixed_up(tmp_path, safe):
    """Either way the line says what to write."""
    with Rude() as server:
        said = slip(tmp_path, base_url=server.url.replace("http", "https"))
        assert said.endswith(": it speaks no TLS; write http:// in base_url")
    assert "; if it speaks TLS, write https://" in slip(
        tmp_path, base_url=safe.url.replace("https", "http")
    )


# --- somebody who types what is not there ---------------------------------------------------------


class Website(Listening):
    """Says the same to everything."""

    def __init__(self, status, what, more=""):
        super().__init__()
        self.said = status, what, more

    async def talk(self, reader, writer):
        try:
            while (await reader.readuntil(b"\r\n\r\n"))[:4] == b"GET " or await reader.read(9999):
                _write(writer, *self.said)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Rude(Listening):
    """Answers before it was asked, as servers do that get what is no HTTP."""

    async def talk(self, reader, writer):
        _write(writer, 400, "Bad request")
        writer.close()


@pytest.mark.parametrize(
    ("website", "said"),
    [
        (
            (200, "<html>Hello"),
            ": no such API is there (what came is a web page, and no JSON); cor",
        ),
        ((200, "[]"), ": no such API is there (what came is no object of JSON); correct base_url"),
        (
            (404, "<html>Gone"),
            ": adder answers neither in a chat (404: a web page) nor in plain te",
        ),
        ((301, "", "location: https://h/v1\r\n"), ": 301: goes on to https://h/v1; write in ba"),
        (
            (502, "<html>Bad gateway"),
            ": adder answers neither in a chat (502: a web page) nor in plain",
        ),
    ],
)
def test_what_is_no_api(tmp_path, website, said):
    """Is told in one line."""
    with Website(*website) as server:
        assert f"{server.url}{said}" in slip(tmp_path, base_url=server.url)


def test_urls_that_are_nearly_right(tmp_path):
    """Are told, or do."""
    with Server() as server:
        base = server.url.removesuffix("/v1")
        for wrong in (base, f"{base}/v2", f"{base}/openai/api"):
            said = slip(tmp_path, base_url=wrong)
            there = f"{wrong}: no such API is there, but at {server.url}; write that as base_url"
            assert said == there
        for more in ("/chat/completions", "/models/"):
            said = slip(tmp_path, base_url=f"{server.url}{more}")
            assert said.endswith(f"goes on beyond the API; write {server.url}")
        answer(tmp_path, base_url=f"{server.url}//")


def test_options_of_a_server_without_it():
    """Are told as that, with what is missing."""
    said = complaint(arguments.check_transformers, {"base_url": "http://127.0.0.1:9/v1"})
    assert said.startswith("--backend-option base_url: of served models; add --backend=openai")


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
def test_an_ipv6_address(tmp_path):
    """In brackets; without them the line says so."""
    server = Server()
    server.host = "::1"
    try:
        with server:
            answer(tmp_path, base_url=server.url)
            said = slip(tmp_path, base_url=f"http://::1:{server.port}/v1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert said.endswith("write http://HOST:PORT/v1 (an IPv6 address in brackets)")


def test_a_server_that_dies_and_comes_back(tmp_path):
    """In the middle of a run, on the same port: whatever was on its way is asked again."""
    with Server() as server:
        options = {"base_url": server.url, "concurrency": "4"}
        model = backends.find("openai", "adder", base=tmp_path)
        model = backends.probe("openai", model, options, tmp_path, again=False)
        backend = backends.load(model, backends.setup("openai", model, options))
        asked = [Request(f"{n}", ASKED.prompt, ASKED.choices, f"n{n}") for n in range(200)]
        answers = backend.run(asked)
        first = [next(answers) for _ in range(20)]
        port = server.port
    second = Server()
    second.start_at = port
    with second:
        rest = [*answers]
    assert len({each.key for each in (*first, *rest)}) == 200
    assert backend.spent["sent again"]


def test_a_server_that_stays_away(tmp_path):
    """Ends the run with one line that says what to do."""
    with Server() as server:
        options = {"base_url": server.url, "concurrency": "4", "retries": "2"}
        model = backends.find("openai", "adder", base=tmp_path)
        model = backends.probe("openai", model, options, tmp_path, again=False)
        backend = backends.load(model, backends.setup("openai", model, options))
    with pytest.raises(
        McqtestError, match=r"does not answer 3 times \(Connection refused; n\); th"
    ):
        list(backend.run([Request("k", ASKED.prompt, ASKED.choices, "n")]))
