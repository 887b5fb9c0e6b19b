"""The cartridge in nes-py, the emulator below gym-super-mario-bros."""

import cv2
import numpy as np
from nes_py import NESEnv

from peer import start_game

PACKAGE = "nes-py"


class Game:
    def __init__(self, rom):
        self.env = NESEnv(rom)
        self.env.reset()
        ram = self.env.ram
        self.ram = lambda address: int(ram[address])
        start_game(self.env._frame_advance, self.ram)
        # From here on `reset` comes back to this moment.
        self.env._backup()
        # `screen` is a view with its channels turned round, of which OpenCV would need a copy; the
        # array below it is plain BGRx.
        base = self.env.screen
        while isinstance(base.base, np.ndarray):
            base = base.base
        self.pixels = base.reshape(240, 256, 4)

    def restart(self):
        self.env.reset()

    def frame(self, held):
        self.env.step(held)

    def picture(self):
        """[240, 256, 4] uint8, live."""
        return self.pixels

    def gray(self):
        return cv2.cvtColor(self.pixels, cv2.COLOR_BGRA2GRAY)
