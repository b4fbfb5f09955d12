"""Gaps of moto's Secrets Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapforge.local.emulator.patches import gap, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

_CURRENT, _PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


@gap(
    "A version that stops being the current one loses the labels it was given beside AWSCURRENT, and "
    "can't be read by them."
)
def staging_labels() -> None:
    """Let a version keep its own labels, and each label be at one version.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
    """
    from moto.secretsmanager.models import FakeSecret

    @wrap(FakeSecret, "reset_default_version")
    def reset(
        original: Callable[..., None], self: Any, secret_version: dict[str, Any], version_id: str
    ) -> None:
        given = set(secret_version["version_stages"])
        kept = {
            name: [
                label
                for label in version["version_stages"]
                if label not in given and label not in (_CURRENT, _PREVIOUS)
            ]
            for name, version in self.versions.items()
            if name != version_id
        }
        original(self, secret_version, version_id)
        for name, labels in kept.items():
            of_aws = {_CURRENT, _PREVIOUS} & set(self.versions[name]["version_stages"])
            self.versions[name]["version_stages"] = [*sorted(of_aws - given), *labels]


@gap(
    "A secret is read at its newest version where nothing is said, also while a rotation has not filled "
    "that version, and then it can't be read at all."
)
def current_value() -> None:
    """Read the version with the label AWSCURRENT where no other is asked for.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
    """
    from moto.secretsmanager.models import SecretsManagerBackend

    @wrap(SecretsManagerBackend, "get_secret_value")
    def read(
        original: Callable[..., dict[str, Any]],
        self: Any,
        secret_id: str,
        version_id: str | None,
        version_stage: str | None,
    ) -> dict[str, Any]:
        if not version_id and not version_stage:
            secret = self.secrets[secret_id] if self._is_valid_identifier(secret_id) else None
            labels = [v["version_stages"] for v in secret.versions.values()] if secret else []
            version_stage = _CURRENT if any(_CURRENT in each for each in labels) else None
        return original(self, secret_id, version_id, version_stage)
