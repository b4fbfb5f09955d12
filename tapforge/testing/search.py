"""Searches the environments that a system allows for what does not hold of it."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import attrs
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis.errors import Flaky, HypothesisWarning, Unsatisfiable

from tapforge.lang.resolve import ResolveError
from tapforge.testing.case import SUFFIX, Case, NoEnvironmentError, Subject
from tapforge.testing.cases import cases
from tapforge.testing.proof import Proof
from tapforge.testing.proofs import resolves

Kind = tuple[str, str]
"""What does not hold: a proof, by its name, and the rule that is broken, where it is one."""


class Breach(NamedTuple):
    """An environment that shows what does not hold.

    Attributes:
        found: What does not hold, a line each.
        variables: The environment.
        suffix: The suffix of the environment beside it.
    """

    found: tuple[str, ...]
    variables: dict[str, Any]
    suffix: str


class Batch(NamedTuple):
    """Environments that are drawn together: the same ones, whichever process draws them.

    Attributes:
        seed: What they are drawn from.
        examples: How many they are.
    """

    seed: str
    examples: int


@attrs.define
class Seen:
    """What came of a batch; it holds nothing that could not go from process to process.

    Attributes:
        examples: How many environments were looked at.
        looked_at: By proof, how many of them it was about.
        breaches: What does not hold, each with the first environment that shows it.
    """

    examples: int = 0
    looked_at: dict[str, int] = attrs.field(factory=dict)
    breaches: dict[Kind, Breach] = attrs.field(factory=dict)


class _Found(AssertionError):  # noqa: N818 - it is found, and no error
    """What is looked for does not hold: hypothesis makes what raises it small."""

    breach: Breach


@attrs.frozen(eq=False)
class Search:
    """A system, and the proofs that are looked at in its environments.

    Attributes:
        subject: The system.
        proofs: The proofs; none is over the system itself.
    """

    subject: Subject
    proofs: Sequence[Proof]

    def look(self, batch: Batch, tick: Callable[[], object] = lambda: None) -> Seen:
        """Hold the environments of a batch to the proofs.

        Args:
            batch: The batch.
            tick: Called for each environment.
        """
        seen = Seen(looked_at=dict.fromkeys((each.name for each in self.proofs), 0))

        def look(drawn: Case) -> None:
            for kind, lines in self._breaches(drawn, seen.looked_at):
                if kind not in seen.breaches:
                    seen.breaches[kind] = _breach(lines, drawn)
            seen.examples += 1
            tick()

        self._draw(batch, look, Phase.generate)
        return seen

    def shrink(self, batch: Batch, kind: Kind) -> Breach | None:
        """Give the smallest environment of a batch that shows something which does not hold.

        Args:
            batch: One that has such an environment.
            kind: What does not hold.

        Returns:
            None if it does not show again: some proof gives now this, now that.
        """

        def look(drawn: Case) -> None:
            for other, lines in self._breaches(drawn, {}):
                if other == kind:
                    found = _Found()
                    found.breach = _breach(lines, drawn)
                    raise found

        try:
            self._draw(batch, look, Phase.generate, Phase.shrink)
        except _Found as found:
            return found.breach
        except Flaky:
            pass
        return None

    def _draw(self, batch: Batch, look: Callable[[Case], None], *phases: Phase) -> None:
        def test(drawn: Case) -> None:
            try:
                look(drawn)
            except NoEnvironmentError:
                assume(False)

        drawing = _settings(batch.examples, phases)(given(cases(self.subject))(test))
        # Whoever counts the environments sees that there is none.
        with warnings.catch_warnings(), contextlib.suppress(Unsatisfiable):
            # It is about messages of hypothesis that nobody sees.
            warnings.simplefilter("ignore", HypothesisWarning)
            seed(batch.seed)(drawing)()

    def _breaches(
        self, drawn: Case, looked_at: dict[str, int]
    ) -> Iterator[tuple[Kind, tuple[str, ...]]]:
        for each in self.proofs:
            yield from breaches(each, drawn, looked_at)


def _breach(lines: tuple[str, ...], drawn: Case) -> Breach:
    return Breach(lines, drawn.variables, drawn.beside[SUFFIX])


# What a user could do about them is told otherwise, or nothing.
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def _settings(examples: int, phases: Sequence[Phase]) -> settings:
    return settings(
        settings(),
        max_examples=examples,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=_SLOW,
        report_multiple_bugs=False,
        print_blob=False,
    )


def breaches(
    proof: Proof, of: Case, looked_at: dict[str, int]
) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    """Say what of a proof does not hold, by kind.

    Args:
        proof: The proof.
        of: What it looks at.
        looked_at: Counts by proof the environments that it is about.

    Raises:
        NoEnvironmentError: the system itself says that there is no such environment.
    """
    name = proof.name
    try:
        if not proof.when(of):
            return
        looked_at[name] = looked_at.get(name, 0) + 1
        lines = list(proof.check(of))
    except NoEnvironmentError:
        raise
    except ResolveError as error:
        # Without resources there is nothing that the other proofs could be about.
        name, lines = resolves.name, list(map(str, error.problems))
    except Exception as error:  # noqa: BLE001 - of whatever somebody's proof raises, the case is shown
        lines = [f"the proof failed: {type(error).__name__}: {error}"]
    kinds: dict[Kind, list[str]] = {}
    for line in lines:
        rule = line.rpartition(" [")[2].removesuffix("]") if line.endswith("]") else ""
        kinds.setdefault((name, rule), []).append(line)
    for kind, some in kinds.items():
        yield kind, tuple(some)
