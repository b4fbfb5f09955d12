"""The checkpoint in Parameter Store, and who may write it.

Parameter Store has no compare-and-swap, but two things to make it of. Creating a parameter fails if
it exists: that gives leases. And every write answers with the version it became: a checkpoint says
which version it was written to become, so a write that came late is void, and all who read know it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tapforge.cutover.checkpoint import Checkpoint, from_json
from tapforge.cutover.errors import BusyError, Problem, RefusedError, SupersededError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Claim:
    """The right to take one step from one version of the checkpoint.

    Attributes:
        base: The version it begins at.
        version: The version that the owner's next write must follow.
        attempt: 1, or more when earlier owners did not end in time.
        epoch: The fencing token: larger than that of every earlier owner.
    """

    base: int
    version: int
    attempt: int
    epoch: int


LOOK = "a look"
"""Begins the owner of claims that are given back within seconds: who wants more may wait for them."""

_READ_AGAIN = 0.05


class ParameterStore:
    """The checkpoint's parameter and its claims.

    Args:
        client: A boto3 client of SSM.
        name: The parameter's name.
        lease: Seconds after which an owner counts as gone; longer than the function may run.
        now: Seconds since 1970.
    """

    def __init__(
        self, client: Any, name: str, lease: float, now: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self.name = name
        self._lease = lease
        self._now = now

    def read(self) -> Checkpoint:
        """Read the checkpoint.

        Raises:
            RefusedError: There is none, or it is not what the function wrote.
        """
        return self._read()[1]

    def claim(self, owner: str) -> tuple[Claim, Checkpoint]:
        """Become the one who may take the next step.

        Raises:
            BusyError: Another invocation is at work.
        """
        checkpoint = self.read()
        left = self._left(checkpoint)
        attempt = 1
        while not self._created(name := self._name(checkpoint.version, attempt), owner):
            holder = self._holder(name)
            if holder and holder["until"] > self._now():
                raise BusyError(_busy(self.name, holder["owner"]), brief=_brief(holder))
            attempt += bool(holder)
        # An owner that just ended has written a new version before it gave its claim back.
        if self.read().version != checkpoint.version:
            self._delete(name)
            raise BusyError(_busy(self.name, "another invocation"), brief=True)
        for each in left:
            self._delete(each)
        claim = Claim(checkpoint.version, checkpoint.version, attempt, checkpoint.epoch + attempt)
        return claim, checkpoint

    def write(self, claim: Claim, checkpoint: Checkpoint) -> Checkpoint:
        """Write what is about to be done, or what was done; of several owners one gets through.

        Raises:
            SupersededError: Another one wrote since: nothing more may be done.
        """
        becoming = claim.version + 1
        while True:
            checkpoint = replace(
                checkpoint, version=becoming, claim=f"{claim.base}/{claim.attempt}"
            )
            written = self._put(checkpoint)
            if written == becoming:
                claim.version = becoming
                return checkpoint
            current, found = self._read(at_least=written)
            if replace(found, version=becoming) == checkpoint:
                claim.version = found.version  # it was written, and the answer got lost
                return found
            if found.version != claim.version:
                raise SupersededError(_superseded(self.name))
            becoming = current + 1  # what came between was void

    def release(self, claim: Claim) -> None:
        """Give a claim back, with those of earlier owners, unless a later owner is there."""
        if self._holder(self._name(claim.base, claim.attempt + 1)):
            return
        for name in self._names(claim.base, claim.attempt):
            self._delete(name)

    def _left(self, checkpoint: Checkpoint) -> list[str]:
        """Return the claims that the last one who wrote has not given back.

        Raises:
            BusyError: That owner has time left: what was begun is its own to end.
        """
        if not checkpoint.claim:
            return []
        base, attempt = (int(number) for number in checkpoint.claim.split("/"))
        holder = self._holder(self._name(base, attempt))  # given back last
        if not holder:
            return []
        if checkpoint.underway and holder["until"] > self._now():
            raise BusyError(_busy(self.name, holder["owner"]), brief=_brief(holder))
        return self._names(base, attempt)

    def _read(self, at_least: int = 0) -> tuple[int, Checkpoint]:
        """Return the parameter's version, and the latest checkpoint that counts."""
        while True:
            try:
                found = self._client.get_parameter(Name=self.name)["Parameter"]
            except self._client.exceptions.ParameterNotFound:
                raise RefusedError(
                    Problem(self.name, "does not exist", "apply the system that declares it")
                ) from None
            if found["Version"] >= at_least:  # a read may lag behind a write
                break
            time.sleep(_READ_AGAIN)
        current = found["Version"]
        checkpoint = from_json(found["Value"], self.name)
        if checkpoint.version == current:
            return current, checkpoint
        history = self._client.get_paginator("get_parameter_history").paginate(Name=self.name)
        counting = [
            earlier
            for page in history
            for each in page["Parameters"]
            if each["Version"] < current
            and (earlier := _readable(each["Value"], self.name))
            and earlier.version == each["Version"]
        ]
        if not counting:
            raise RefusedError(
                Problem(
                    self.name,
                    f"has version {current}, and its value was written for {checkpoint.version}",
                    "delete the parameter and apply the system that declares it",
                )
            )
        return current, max(counting, key=lambda each: each.version)

    def _name(self, version: int, attempt: int) -> str:
        return f"{self.name}/claim/{version}/{attempt}"

    def _names(self, version: int, attempts: int) -> list[str]:
        return [self._name(version, attempt) for attempt in range(1, attempts + 1)]

    def _put(self, checkpoint: Checkpoint) -> int:
        written: int = self._client.put_parameter(
            Name=self.name, Value=checkpoint.to_json(), Type="String", Overwrite=True
        )["Version"]
        return written

    def _created(self, name: str, owner: str) -> bool:
        value = json.dumps({"owner": owner, "until": self._now() + self._lease})
        try:
            self._client.put_parameter(Name=name, Value=value, Type="String", Overwrite=False)
        except self._client.exceptions.ParameterAlreadyExists:
            return False
        return True

    def _holder(self, name: str) -> dict[str, Any] | None:
        try:
            text = self._client.get_parameter(Name=name)["Parameter"]["Value"]
        except self._client.exceptions.ParameterNotFound:
            return None
        try:
            holder = json.loads(text)
            return {"owner": str(holder["owner"]), "until": float(holder["until"])}
        except (ValueError, KeyError, TypeError):
            raise RefusedError(
                Problem(name, "is no claim of the function", "delete that parameter")
            ) from None

    def _delete(self, name: str) -> None:
        try:
            self._client.delete_parameter(Name=name)
        except self._client.exceptions.ParameterNotFound:
            return


def _readable(text: str, place: str) -> Checkpoint | None:
    try:
        return from_json(text, place)
    except RefusedError:
        return None


def _brief(holder: dict[str, Any]) -> bool:
    return bool(holder["owner"].startswith(LOOK))


def _busy(name: str, owner: str) -> Problem:
    return Problem(name, f"{owner} is at work on it", "wait until it has ended, and look again")


def _superseded(name: str) -> Problem:
    return Problem(
        name, "another invocation took over this step", "nothing: that one goes on from here"
    )
