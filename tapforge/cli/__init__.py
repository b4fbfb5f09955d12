"""The command line: arguments in, text out."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import tapforge
from tapforge.lang.errors import TapforgeError, closest

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_COMMANDS = {
    "render": "Write modules/ and terraform/ from the project's systems.",
    "check": "Hold systems, or the plan of any configuration, to the rules.",
    "resolve": "Show what a system means in an environment, computed without Terraform.",
    "explain": "Show what the rules demand, why, and how to follow them.",
    "prove": "Hold systems to what must hold in every environment there could be.",
    "plan": "Plan a system with Terraform, without credentials, network or provider.",
    "up": "Apply a system with Terraform to an AWS on this machine.",
    "down": "Destroy what `up` applied, and prove that nothing is left.",
    "cutover": "Drive the cutover of a migration: see how far it is, go on, or go back.",
    "list": "Show the project's systems, their modules and environments.",
    "generate": "Make typed models of any Terraform provider from its schema.",
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are used: a start costs what it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"tapforge.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = click.utils.make_str(args[0])
        if name not in _COMMANDS and not name.startswith("-"):
            hint = closest(name, _COMMANDS) or f"there are: {', '.join(_COMMANDS)}"
            ctx.fail(f'there is no command "{name}"; {hint}')
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a Tab needs it

        found = _COMMANDS.items()
        names = [
            CompletionItem(name, help=text) for name, text in found if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tapforge.__version__, prog_name="tapforge")
@click.option(
    "--chdir",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The project's folder, or one below it. [default: the current one]",
)
@click.pass_context
def _group(ctx: click.Context, folder: Path) -> None:
    """AWS infrastructure as typed Python values that become plain Terraform."""
    ctx.obj = folder


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process.

    Exit codes: 0 done; 1 done, and the answer is no; 2 bad input; 130 interrupted.
    """
    # A command is short: what it makes it needs to its end, so looking for garbage only takes time.
    gc.set_threshold(500_000)
    try:
        # Click hands the code of `Exit` back; a command that just ends gives nothing.
        code = _group.main(arguments, prog_name="tapforge", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        code = 2
    except click.Abort:
        click.echo("interrupted", err=True)
        code = 130
    except TapforgeError as error:
        for problem in error.problems:
            _complain(f"{problem}")
        place = _place(error)
        if place:
            click.echo(f"  raised at {place}", err=True)
        code = 2
    except OSError as error:
        _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        code = 2
    except Exception as error:
        if os.environ.get("TAPFORGE_TRACEBACK"):
            raise
        _complain(f"{_place(error) or 'tapforge'}: {type(error).__name__}: {error}")
        click.echo("  TAPFORGE_TRACEBACK=1 shows where it comes from", err=True)
        code = 2
    gc.freeze()
    sys.exit(code)


def _complain(text: str) -> None:
    # A part of a reference, or of a name that is no Unicode, must not break the message.
    text = text.encode("utf-8", "backslashreplace").decode()
    click.echo(f"{click.style('error:', fg='red', bold=True)} {text}", err=True)


def _place(error: BaseException) -> str:
    """Give the last line of somebody else's Python that led to an error."""
    import sysconfig  # noqa: PLC0415 - a command that ends well starts without them
    import traceback  # noqa: PLC0415

    installed = sysconfig.get_paths()
    others = (
        str(Path(tapforge.__file__).parent),
        *(installed[name] for name in ("stdlib", "platstdlib", "purelib", "platlib", "scripts")),
        "<",
    )
    frames: list[Any] = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(others)
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
