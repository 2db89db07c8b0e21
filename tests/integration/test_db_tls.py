"""Over TCP the connection is encrypted and verified, loopback included."""

import pathlib
import subprocess
from dataclasses import dataclass
from typing import Iterator

import pytest
from conftest import Answer, Database, MariaDb, free_port


def openssl(folder: pathlib.Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def make_ca(folder: pathlib.Path, name: str) -> None:
    openssl(
        folder,
        *("req", "-x509", "-newkey", "ec", "-pkeyopt"),
        *("ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
        *("-subj", f"/CN={name}"),
        *("-keyout", f"{name}.key", "-out", f"{name}.pem"),
    )


@pytest.fixture(scope="module")
def certificates(
    tmp_path_factory: pytest.TempPathFactory,
) -> pathlib.Path:
    """An authority, a certificate of it for 127.0.0.1 alone, and a stranger."""
    folder = tmp_path_factory.mktemp("tls")
    make_ca(folder, "ca")
    make_ca(folder, "stranger")
    openssl(
        folder,
        *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        *("-nodes", "-subj", "/CN=db.example"),
        *("-keyout", "server.key", "-out", "server.csr"),
    )
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(
        folder,
        *("x509", "-req", "-in", "server.csr", "-days", "2"),
        *("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
        *("-extfile", "names", "-out", "server.pem"),
    )
    return folder


@dataclass
class Remote:
    """A server on a port, asked from the outside."""

    server: MariaDb
    certificates: pathlib.Path

    def session(
        self, host: str = "127.0.0.1", ca: str = "ca.pem", port: int = 0
    ) -> Answer:
        return Database(self.server, "remote").probe(
            *("-h", host, "-p", str(port or self.server.port)),
            *("-c", str(self.certificates / ca)),
            *("-u", "remote", "-w", "secret", "session"),
        )


def remote(
    template: pathlib.Path, certificates: pathlib.Path, *options: str
) -> Iterator[Remote]:
    server = MariaDb(template, *options, port=free_port())
    server.run("CREATE DATABASE remote")
    server.run("CREATE USER remote IDENTIFIED BY 'secret'")
    server.run("GRANT ALL ON remote.* TO remote")
    yield Remote(server, certificates)
    server.close()


@pytest.fixture(scope="module")
def with_tls(
    server_template: pathlib.Path, certificates: pathlib.Path
) -> Iterator[Remote]:
    yield from remote(
        server_template,
        certificates,
        f"--ssl-cert={certificates / 'server.pem'}",
        f"--ssl-key={certificates / 'server.key'}",
    )


@pytest.fixture(scope="module")
def without_tls(
    server_template: pathlib.Path, certificates: pathlib.Path
) -> Iterator[Remote]:
    yield from remote(server_template, certificates, "--skip-ssl")


def test_a_verified_server_is_used(with_tls: Remote):
    found = with_tls.session().value
    assert found["result"] == "ok", found
    assert found["cipher"] != "none"


def test_a_server_without_tls_is_refused(without_tls: Remote):
    found = without_tls.session().value
    assert found["connect"] == "denied"
    assert found["connect.text"].startswith("database 127.0.0.1: ")
    assert "TLS" in found["connect.text"] or "SSL" in found["connect.text"]


def test_a_certificate_for_another_host_is_refused(with_tls: Remote):
    found = with_tls.session(host="localhost").value
    assert found["connect"] == "denied"


def test_a_certificate_of_a_stranger_is_refused(with_tls: Remote):
    found = with_tls.session(ca="stranger.pem").value
    assert found["connect"] == "denied"


def test_hosts_are_tried_in_turn(with_tls: Remote):
    found = with_tls.session(host="127.0.0.2, 127.0.0.1").value
    assert found["result"] == "ok", found
