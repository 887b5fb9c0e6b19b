"""A game as a DQN sees it: action repeat 4, gray, 84 x 84, four frames."""

from importlib import import_module

import cv2
import numpy as np

from peer import ACTION_REPEAT

# One thread for each contender, and OpenCV's own would only cost for pictures this small.
cv2.setNumThreads(1)


def load(kind, rom):
    """kind: nes_py or stable_retro. Returns the game and the name of its package."""
    module = import_module(f"{kind}_game")
    return module.Game(rom), module.PACKAGE


class Observed:
    def __init__(self, game):
        self.game = game
        # Channels first, as PyTorch wants them.
        self.observation = np.zeros((4, 84, 84), np.uint8)

    def look(self):
        return cv2.resize(self.game.gray(), (84, 84), interpolation=cv2.INTER_AREA)

    def reset(self):
        self.game.restart()
        self.observation[:] = self.look()
        return self.observation

    def step(self, held):
        for _ in range(ACTION_REPEAT):
            self.game.frame(held)
        self.observation[:-1] = self.observation[1:]
        self.observation[-1] = self.look()
        return self.observation
