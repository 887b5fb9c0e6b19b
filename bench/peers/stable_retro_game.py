"""The cartridge in stable-retro's NES core, FCEUmm.

The emulator object that `RetroEnv` drives, used directly: no game integration, reward or info, and
the picture is copied only where somebody looks.
"""

import cv2
import numpy as np
import stable_retro as retro

from peer import A, B, RIGHT, START, start_game

PACKAGE = "stable-retro"
BITS = {"A": A, "B": B, "START": START, "RIGHT": RIGHT}


class Game:
    def __init__(self, rom):
        self.emulator = retro.RetroEmulator(rom)
        self.data = retro.data.GameData()
        self.emulator.configure_data(self.data)
        self.emulator.step()
        names = retro.get_system_info("Nes")["buttons"]
        self.masks = [
            np.array([int(held & BITS.get(name, 0) != 0) for name in names], np.uint8)
            for held in range(256)
        ]
        start_game(self.frame, self.ram)
        self.start_state = self.emulator.get_state()

    def ram(self, address):
        return int(self.data.memory.extract(address, "|u1"))

    def restart(self):
        self.emulator.set_state(self.start_state)

    def frame(self, held):
        self.emulator.set_button_mask(self.masks[held], 0)
        self.emulator.step()

    def picture(self):
        """[224, 240, 3] uint8, a copy."""
        return self.emulator.get_screen()

    def gray(self):
        return cv2.cvtColor(self.emulator.get_screen(), cv2.COLOR_RGB2GRAY)
