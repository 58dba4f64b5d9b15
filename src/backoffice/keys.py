"""The secrets of one installation: made once per data folder, kept in `keys.json`.

A deployment of several machines sets the shared ones by environment instead
(`BACKOFFICE_JWT_SECRET`, …).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from backoffice.errors import ConfigurationError
from backoffice.project_keys import PUBLISHABLE_PREFIX, SECRET_PREFIX, opaque_key
from backoffice.settings import Settings

FILE = "keys.json"
# Supabase's anon and service role keys are valid for ten years.
KEY_LIFETIME_SECONDS = 10 * 365 * 24 * 3600
SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What signs, encrypts and opens things. Never logged: it has no readable `repr`."""

    cluster_id: str
    created_at: int
    jwt_secret: str
    signing_key: Mapping[str, Any]
    anon_key: str
    service_role_key: str
    ip_hash_secret: str
    supabase_admin_password: str
    postgres_password: str
    authenticator_password: str
    auth_admin_password: str
    # Fernet keys of what is encrypted at rest: the first encrypts, every one decrypts.
    encryption_keys: Sequence[str] = ()
    previous_keys: Sequence[Mapping[str, Any]] = ()

    @property
    def ip_hash_key(self) -> bytes:
        """The key visitors' addresses are hashed with."""
        return bytes.fromhex(self.ip_hash_secret)

    @property
    def publishable_key(self) -> str:
        """The public key in its newer form, which is no token."""
        return opaque_key(PUBLISHABLE_PREFIX, self.jwt_secret)

    @property
    def secret_key(self) -> str:
        """The service role's key in its newer form, which is no token."""
        return opaque_key(SECRET_PREFIX, self.jwt_secret)

    def __repr__(self) -> str:
        return f"Keys(cluster_id={self.cluster_id!r}, …)"


def load_keys(settings: Settings) -> Keys:
    """The keys of `settings.data_dir`, made at first use, with the environment's in their place.

    Raises `ConfigurationError` when the file is damaged or others may read it.
    """
    path = settings.data_dir / FILE
    if not path.exists():
        _write_once(path, generate_keys())
    keys = _read(path)
    if not keys.encryption_keys:
        keys = _completed(path)
    return _overridden(keys, settings)


def generate_keys() -> Keys:
    """New keys, from the system's random numbers."""
    from joserfc.jwk import ECKey

    created_at = int(time.time())
    jwt_secret = secrets.token_urlsafe(40)
    signing_key = ECKey.generate_key(
        "P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True
    )
    return Keys(
        cluster_id=secrets.token_hex(8),
        created_at=created_at,
        jwt_secret=jwt_secret,
        signing_key=dict(signing_key.as_dict(private=True)),
        anon_key=mint_key("anon", jwt_secret, created_at),
        service_role_key=mint_key("service_role", jwt_secret, created_at),
        ip_hash_secret=secrets.token_hex(32),
        supabase_admin_password=secrets.token_urlsafe(24),
        postgres_password=secrets.token_urlsafe(24),
        authenticator_password=secrets.token_urlsafe(24),
        auth_admin_password=secrets.token_urlsafe(24),
        encryption_keys=[new_encryption_key()],
    )


def mint_key(role: str, jwt_secret: str, created_at: int) -> str:
    """The long-lived JSON Web Token an application sends as `apikey`."""
    from joserfc import jwt
    from joserfc.jwk import OctKey

    claims = {
        "iss": "backoffice",
        "role": role,
        "iat": created_at,
        "exp": created_at + KEY_LIFETIME_SECONDS,
    }
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(jwt_secret))


def new_encryption_key() -> str:
    """A key for `BACKOFFICE_ENCRYPTION_KEYS`."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def _write_once(path: Path, keys: Keys) -> None:
    """Write the file whole or not at all; of two processes that try, the first wins."""
    with _written(path, keys) as scratch, contextlib.suppress(FileExistsError):
        path.hardlink_to(scratch)


def _completed(path: Path) -> Keys:
    """The keys of a file made before anything was encrypted, with an encryption key from now on."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Of two processes that start at once both must encrypt with the same key.
        fcntl.flock(folder, fcntl.LOCK_EX)
        keys = _read(path)
        if not keys.encryption_keys:
            keys = replace(keys, encryption_keys=[new_encryption_key()])
            with _written(path, keys) as scratch:
                scratch.replace(path)
        return keys
    finally:
        os.close(folder)


@contextlib.contextmanager
def _written(path: Path, keys: Keys) -> Iterator[Path]:
    """`keys` in a file of this process beside `path`, safely on the disk; it is gone afterwards."""
    scratch = path.with_name(f"{FILE}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(keys), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


def _read(path: Path) -> Keys:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"Others may read {path}. Run: chmod 600 {path}")
    try:
        return Keys(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{path} is damaged: {type(error).__name__}.") from error


def _overridden(keys: Keys, settings: Settings) -> Keys:
    if settings.jwt_secret:
        secret = settings.jwt_secret.get_secret_value()
        if len(secret) < SHORTEST_SECRET:
            raise ConfigurationError(
                f"BACKOFFICE_JWT_SECRET is shorter than {SHORTEST_SECRET} characters."
            )
        keys = replace(
            keys,
            jwt_secret=secret,
            anon_key=mint_key("anon", secret, keys.created_at),
            service_role_key=mint_key("service_role", secret, keys.created_at),
        )
    if settings.signing_key:
        keys = replace(keys, signing_key=_signing_key(settings.signing_key.get_secret_value()))
    if settings.previous_signing_keys:
        previous = _previous_keys(settings.previous_signing_keys.get_secret_value())
        keys = replace(keys, previous_keys=previous)
    if settings.encryption_keys:
        given = _encryption_keys(settings.encryption_keys.get_secret_value())
        keys = replace(keys, encryption_keys=given)
    if settings.ip_hash_key:
        keys = replace(keys, ip_hash_secret=_hex_key(settings.ip_hash_key.get_secret_value()))
    return keys


def _signing_key(text: str) -> Mapping[str, Any]:
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    try:
        key = ECKey.import_key(json.loads(text), {"use": "sig", "alg": "ES256"})
        key.ensure_kid()
        if key.is_private and key.curve_name == "P-256":
            return dict(key.as_dict(private=True))
    except (ValueError, TypeError, JoseError) as error:
        raise ConfigurationError("BACKOFFICE_SIGNING_KEY is not a JSON Web Key.") from error
    raise ConfigurationError("BACKOFFICE_SIGNING_KEY is not a private P-256 key.")


def _previous_keys(text: str) -> Sequence[Mapping[str, Any]]:
    """The public halves; the private ones may be gone already."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    try:
        keys = [ECKey.import_key(key) for key in json.loads(text)["keys"]]
        for key in keys:
            key.ensure_kid()
        if all(key.curve_name == "P-256" for key in keys):
            return [dict(key.as_dict(private=False)) for key in keys]
    except (ValueError, TypeError, KeyError, JoseError) as error:
        raise ConfigurationError(
            "BACKOFFICE_PREVIOUS_SIGNING_KEYS is not a JSON Web Key Set of P-256 keys."
        ) from error
    raise ConfigurationError("BACKOFFICE_PREVIOUS_SIGNING_KEYS may hold P-256 keys only.")


def _encryption_keys(text: str) -> Sequence[str]:
    from cryptography.fernet import Fernet

    keys = [key.strip() for key in text.split(",") if key.strip()]
    try:
        for key in keys:
            Fernet(key)
        if keys:
            return keys
    except ValueError:
        pass
    raise ConfigurationError(
        "BACKOFFICE_ENCRYPTION_KEYS are no Fernet keys. `backoffice keys encryption` makes one."
    )


def _hex_key(text: str) -> str:
    try:
        if len(bytes.fromhex(text)) >= SHORTEST_SECRET:
            return text
    except ValueError:
        pass
    raise ConfigurationError("BACKOFFICE_IP_HASH_KEY is not 64 or more hexadecimal digits.")
