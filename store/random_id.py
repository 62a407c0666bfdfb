"""Ids of what is no record and says nothing of what it is for."""

import secrets
from base64 import b32hexencode


def random_id() -> str:
    """Twelve characters, digits and small letters, that nobody can guess and none has had before."""
    return b32hexencode(secrets.token_bytes(10)).decode().lower()[:12]
