"""What rules and checkov ask for and several modules leave to others, each with the reason."""

from __future__ import annotations

RETENTION = {
    "checkov:CKV_AWS_338": "How many days are kept and paid for is the caller's to decide."
}
"""Logs that are kept for a year."""

LOG_KEY = {
    "checkov:CKV_AWS_158": "The key is the caller's to give; CloudWatch has its own without one."
}
"""Logs that are encrypted with a key of the customer."""

UPGRADES = {"checkov:CKV_AWS_226": "The version is pinned: it changes when the configuration does."}
"""Instances that RDS upgrades by itself."""

_ONE_WAY_IN = "One way in is enough: the password, which is kept in a secret."
WAYS_INTO_INSTANCE = {"iam-authentication": _ONE_WAY_IN, "checkov:CKV_AWS_161": _ONE_WAY_IN}
WAYS_INTO_CLUSTER = {"iam-authentication": _ONE_WAY_IN, "checkov:CKV_AWS_162": _ONE_WAY_IN}
"""Databases that admit IAM users beside their own."""

VERSION = {"engine-support": "The environment chooses the version, and AWS still creates it."}
"""Versions whose standard support ends."""

CLASS = {"instance-class-generation": "The environment chooses the class, and AWS still sells it."}
"""Classes that have a newer generation."""
