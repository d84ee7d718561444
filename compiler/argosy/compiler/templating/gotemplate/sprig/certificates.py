"""Sprig's keys and certificates, made with the package `cryptography` (an extra, imported when called)."""

import datetime
import ipaddress
from dataclasses import dataclass
from typing import Any, ClassVar

from argosy.compiler.templating.gotemplate.format import show
from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.sprig.ciphers import optional
from argosy.compiler.templating.gotemplate.sprig.encodings import decode_base64
from argosy.compiler.templating.gotemplate.values import GoObject
from argosy.compiler.templating.quoting import as_bytes

__all__ = ["FUNCTIONS", "Certificate"]

_CA_BITS, _KEY_BITS = 2048, 4096


@dataclass(frozen=True, slots=True)
class Certificate(GoObject):
    """A certificate and its key, both as PEM."""

    go_type: ClassVar[str] = "sprig.certificate"
    attributes: ClassVar[dict[str, tuple[str, ...] | None]] = {"Cert": None, "Key": None}

    Cert: str
    Key: str

    def go_string(self) -> str:
        """As Go prints a struct."""
        return f"{{{self.Cert} {self.Key}}}"

    def go_json(self) -> object:
        """As Go writes a struct."""
        return {"Cert": self.Cert, "Key": self.Key}


def _asymmetric(name: str) -> Any:
    return optional(f"cryptography.hazmat.primitives.asymmetric.{name}")


def _new_rsa(bits: int) -> Any:
    return _asymmetric("rsa").generate_private_key(public_exponent=65537, key_size=bits)


def _pem(key: Any) -> str:
    serialization = optional("cryptography.hazmat.primitives.serialization")
    is_edwards = isinstance(key, _asymmetric("ed25519").Ed25519PrivateKey)
    form = serialization.PrivateFormat.PKCS8 if is_edwards else serialization.PrivateFormat.TraditionalOpenSSL
    return str(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode())


def _private_key(kind: str) -> str:
    if kind in ("", "rsa"):
        return _pem(_new_rsa(_KEY_BITS))
    if kind == "dsa":
        return _pem(_asymmetric("dsa").generate_private_key(key_size=2048))
    if kind == "ecdsa":
        curves = _asymmetric("ec")
        return _pem(curves.generate_private_key(curves.SECP256R1()))
    if kind == "ed25519":
        return _pem(_asymmetric("ed25519").Ed25519PrivateKey.generate())
    return f"Unknown type {kind}"


def _load_key(text: str) -> Any:
    if "-----BEGIN" not in text:
        raise GoError("no PEM data in input")
    serialization = optional("cryptography.hazmat.primitives.serialization")
    try:
        return serialization.load_pem_private_key(as_bytes(text), password=None)
    except (ValueError, TypeError) as error:
        raise GoError(f"parsing private key from PEM: {error}") from None


def _load_certificate(text: str) -> Any:
    if "-----BEGIN" not in text:
        raise GoError("unable to decode certificate")
    try:
        return optional("cryptography.x509").load_pem_x509_certificate(as_bytes(text))
    except ValueError as error:
        raise GoError(f"error parsing certificate: decodedCert.Bytes: {error}") from None


def _names(addresses: object, names: object) -> list[Any]:
    x509 = optional("cryptography.x509")
    found: list[Any] = []
    for address in addresses if isinstance(addresses, list) else ():
        if not isinstance(address, str):
            raise GoError(f"error parsing ip: {show(address)} is not a string")
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(address)))
        except ValueError:
            raise GoError(f"error parsing ip: {address}") from None
    for name in names if isinstance(names, list) else ():
        if not isinstance(name, str):
            raise GoError(f"error processing alternate dns name: {show(name)} is not a string")
        found.append(x509.DNSName(name))
    return found


def _signed(
    common_name: str, names: list[Any], days: int, key: Any, signer: tuple[Any, Any] | None, authority: bool
) -> Certificate:
    x509 = optional("cryptography.x509")
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, common_name)])
    issuer, signing_key = (signer[0].subject, signer[1]) if signer else (subject, key)
    start = datetime.datetime.now(datetime.UTC)
    usages = dict.fromkeys(
        (
            "content_commitment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_encipherment=True, key_cert_sign=authority, **usages),
            True,
        )
        .add_extension(
            x509.ExtendedKeyUsage(
                [x509.oid.ExtendedKeyUsageOID.SERVER_AUTH, x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]
            ),
            False,
        )
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    hashes = optional("cryptography.hazmat.primitives.hashes")
    is_edwards = isinstance(signing_key, _asymmetric("ed25519").Ed25519PrivateKey)
    certificate = builder.sign(signing_key, None if is_edwards else hashes.SHA256())
    serialization = optional("cryptography.hazmat.primitives.serialization")
    return Certificate(certificate.public_bytes(serialization.Encoding.PEM).decode(), _pem(key))


def _ca(common_name: str, days: int) -> Certificate:
    return _signed(common_name, [], days, _new_rsa(_CA_BITS), None, authority=True)


def _ca_with_key(common_name: str, days: int, key: str) -> Certificate:
    return _signed(common_name, [], days, _parsed(key), None, authority=True)


def _parsed(key: str) -> Any:
    try:
        return _load_key(key)
    except GoError as error:
        raise GoError(f"parsing private key: {error}") from None


def _self_signed(common_name: str, addresses: object, names: object, days: int) -> Certificate:
    return _signed(common_name, _names(addresses, names), days, _new_rsa(_CA_BITS), None, authority=False)


def _self_signed_with_key(
    common_name: str, addresses: object, names: object, days: int, key: str
) -> Certificate:
    return _signed(common_name, _names(addresses, names), days, _parsed(key), None, authority=False)


def _signer(authority: Certificate) -> tuple[Any, Any]:
    try:
        return _load_certificate(authority.Cert), _load_key(authority.Key)
    except GoError as error:
        if "certificate" in str(error):
            raise
        raise GoError(f"error parsing private key: {error}") from None


def _signed_by(
    common_name: str, addresses: object, names: object, days: int, authority: Certificate
) -> Certificate:
    signer = _signer(authority)
    return _signed(common_name, _names(addresses, names), days, _new_rsa(_CA_BITS), signer, authority=False)


def _signed_by_with_key(
    common_name: str, addresses: object, names: object, days: int, authority: Certificate, key: str
) -> Certificate:
    parsed = _parsed(key)
    return _signed(common_name, _names(addresses, names), days, parsed, _signer(authority), authority=False)


def _custom(certificate: str, key: str) -> Certificate:
    try:
        certificate_text = decode_base64(certificate).decode("utf-8", "surrogateescape")
    except GoError:
        raise GoError("unable to decode base64 certificate") from None
    try:
        key_text = decode_base64(key).decode("utf-8", "surrogateescape")
    except GoError:
        raise GoError("unable to decode base64 private key") from None
    _load_certificate(certificate_text)
    try:
        _load_key(key_text)
    except GoError as error:
        raise GoError(f"error parsing private key: {error}") from None
    return Certificate(certificate_text, key_text)


_LISTS = "string, []interface {}, []interface {}, int"
_TYPE = "sprig.certificate"

FUNCTIONS: Table = {
    "buildCustomCert": (_custom, "string, string", _TYPE),
    "genCA": (_ca, "string, int", _TYPE),
    "genCAWithKey": (_ca_with_key, "string, int, string", _TYPE),
    "genPrivateKey": (_private_key, "string", "string"),
    "genSelfSignedCert": (_self_signed, _LISTS, _TYPE),
    "genSelfSignedCertWithKey": (_self_signed_with_key, f"{_LISTS}, string", _TYPE),
    "genSignedCert": (_signed_by, f"{_LISTS}, {_TYPE}", _TYPE),
    "genSignedCertWithKey": (_signed_by_with_key, f"{_LISTS}, {_TYPE}, string", _TYPE),
}
