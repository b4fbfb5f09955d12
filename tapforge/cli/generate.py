"""``tapforge generate``."""

from __future__ import annotations

from pathlib import Path

import click

from tapforge.codegen.generate import generate


@click.command(short_help="Make typed models of any Terraform provider from its schema.")
@click.option(
    "--schema",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The output of `terraform providers schema -json`; may be compressed (.xz).",
)
@click.option("--into", required=True, metavar="PACKAGE", help="The Python package to write.")
@click.option("--provider", help="Which provider of the schema, if it holds several.")
@click.option("--version", default="", help="The provider's version, which the schema lacks.")
@click.option(
    "--opaque",
    multiple=True,
    metavar="BLOCK",
    help="A block whose inside the schema does not tell, such as TYPE.BLOCK; may be repeated.",
)
@click.pass_obj
def command(
    folder: Path,
    *,
    schema: Path,
    into: str,
    provider: str | None,
    version: str,
    opaque: tuple[str, ...],
) -> None:
    """Make typed models of any Terraform provider from its schema.

    Get the schema with `terraform providers schema -json` in a folder that requires the provider.
    """
    made = generate(
        schema, into, provider=provider, version=version, opaque=opaque, root=folder.resolve()
    )
    counts = ", ".join(f"{number} {kind}" for kind, number in made.counts.items())
    click.echo(f"{made.provider}: {counts} -> {made.package}")
