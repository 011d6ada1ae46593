"""Argon2id with parameters that two cores can bear (19 MiB, t=2, p=1: about 20 ms; measured in docs/decisions.md)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2Hasher(Argon2PasswordHasher):
    """OWASP's lower Argon2id setting; the higher default would cap two cores at a few sign-ins a second."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
