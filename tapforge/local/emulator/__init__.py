"""The embedded AWS: moto with our small extension, as a process of its own on this machine."""

from tapforge.local.emulator.process import Emulator, EmulatorError

__all__ = ["Emulator", "EmulatorError"]
