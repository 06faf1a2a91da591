"""The certificates of the service, read and checked before the first client comes.

Knows PEM files and what OpenSSL says of them, because gRPC says nothing. It must not know what is served.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import grpc

from flyte_runtime.service.failures import CannotServe
from flyte_runtime.service.settings import Settings

CERTIFICATE = "CERTIFICATE"
PRIVATE_KEY = "PRIVATE KEY"


def credentials(settings: Settings) -> grpc.ServerCredentials | None:
    """Return what gRPC needs for TLS, None if TLS is not asked for; raise CannotServe if a file cannot be used."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    chain = _read("tls_certificate", settings.tls_certificate, CERTIFICATE)
    key = _read("tls_key", settings.tls_key, PRIVATE_KEY)
    _check_pair(settings.tls_certificate, settings.tls_key)
    authority = None
    if settings.tls_client_ca is not None:
        authority = _read("tls_client_ca", settings.tls_client_ca, CERTIFICATE)
        _check_authority(settings.tls_client_ca)
    return grpc.ssl_server_credentials(
        [(key, chain)],
        root_certificates=authority,
        require_client_auth=authority is not None,
    )


def _read(option: str, name: str, kind: str) -> bytes:
    try:
        content = Path(name).read_bytes()
    except OSError as error:
        raise CannotServe(f"cannot read {option} {name}: {error.strerror}") from error
    if f"{kind}-----".encode() not in content:
        raise CannotServe(f"{option} {name} holds no {kind.lower()} as PEM")
    return content


def _check_pair(certificate: str, key: str) -> None:
    def refuse_to_ask() -> str:
        raise CannotServe(
            f"tls_key {key} is encrypted; give one that needs no password"
        )

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            certificate, key, refuse_to_ask
        )
    except (OSError, ValueError) as error:
        raise CannotServe(
            f"cannot use tls_certificate {certificate} with tls_key {key}: {_reason(error)}"
        ) from error


def _check_authority(name: str) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(name)
    except (OSError, ValueError) as error:
        raise CannotServe(
            f"cannot use tls_client_ca {name}: {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    """Say in words what OpenSSL calls by a name."""
    name = getattr(error, "reason", None)
    if name == "KEY_VALUES_MISMATCH":
        return "the key is not that of the certificate"
    return name.replace("_", " ").lower() if name else "it is damaged"
