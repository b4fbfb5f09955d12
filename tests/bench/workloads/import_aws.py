"""Workload: the models' package; prints whether the packed schema was opened and which classes made."""

import json
import sys

opened: list[str] = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)

import tapforge.aws  # noqa: E402
from tapforge.lang.model import Model, ProviderConfiguration  # noqa: E402


def made(cls: type[object]) -> list[str]:
    """Give the classes that derive from a class and were made from the schema."""
    found = [cls.__name__] if cls.__module__.startswith(tapforge.aws.__name__) else []
    return found + [name for derived in cls.__subclasses__() for name in made(derived)]


if __name__ == "__main__":
    packs = [path for path in opened if path.endswith(".pack")]
    print(json.dumps({"packs": packs, "classes": made(Model) + made(ProviderConfiguration)}))  # noqa: T201
