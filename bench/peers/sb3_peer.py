"""Stable-Baselines3's DQN. Usage: sb3_peer.py nes_py|stable_retro ROM ENVIRONMENTS THREADS

Our network, action repeat 4, one update of 32 for every 4 decisions, a memory of 10,000. Its DQN is
neither double nor n-step.
"""

import sys
import time

import gymnasium
import numpy as np
import stable_baselines3
import torch
from stable_baselines3 import DQN
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv

from observed import Observed, load
from peer import A, B, RIGHT, player_x, repeat, serve
from torch_network import built_with, trunk

KIND, ROM, ENVIRONMENTS, THREADS = *sys.argv[1:3], *map(int, sys.argv[3:5])
CAPACITY = 10_000
ACTIONS = [0, RIGHT, RIGHT | A, RIGHT | B, RIGHT | A | B]


class Mario(gymnasium.Env):
    """[4, 84, 84] uint8 observations, the change of x as reward, one life an episode."""

    observation_space = gymnasium.spaces.Box(0, 255, (4, 84, 84), np.uint8)
    action_space = gymnasium.spaces.Discrete(len(ACTIONS))

    def __init__(self):
        self.game, _ = load(KIND, ROM)
        self.observed = Observed(self.game)
        self.x = 0

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        observation = self.observed.reset()
        self.x = player_x(self.game.ram)
        return observation, {}

    def step(self, action):
        observation = self.observed.step(ACTIONS[action])
        x, self.x = self.x, player_x(self.game.ram)
        # Dying, or fallen below the screen.
        dead = self.game.ram(0x0E) in (0x06, 0x0B) or self.game.ram(0xB5) > 1
        return observation, self.x - x, dead, False, {}


class Network(BaseFeaturesExtractor):
    def __init__(self, observation_space):
        super().__init__(observation_space, 256)
        self.layers = trunk()

    def forward(self, observations):
        return self.layers(observations)


class Until(BaseCallback):
    def __init__(self, end):
        super().__init__()
        self.end = end

    def _on_step(self):
        return time.perf_counter() < self.end


def train(model):
    """One update, sampling included."""

    def piece():
        model.train(gradient_steps=1, batch_size=32)
        return 1

    return repeat(piece)


def learn(model):
    """Decisions, acting and updates included."""

    def work(seconds):
        before = model.num_timesteps
        until = Until(time.perf_counter() + seconds)
        model.learn(10**9, callback=until, reset_num_timesteps=False, log_interval=None)
        return model.num_timesteps - before

    return work


def main():
    torch.set_num_threads(THREADS)
    vector = DummyVecEnv if ENVIRONMENTS == 1 else SubprocVecEnv
    model = DQN(
        "CnnPolicy",
        vector([Mario] * ENVIRONMENTS),
        policy_kwargs={
            "features_extractor_class": Network,
            "net_arch": [],
            "optimizer_kwargs": {"fused": True},
        },
        buffer_size=CAPACITY,
        batch_size=32,
        # Decisions of all environments together between updates: 4.
        train_freq=max(1, 4 // ENVIRONMENTS),
        gradient_steps=1,
        target_update_interval=1000,
        exploration_initial_eps=0.02,
        exploration_final_eps=0.02,
        learning_starts=0,
        seed=1,
        device="cpu",
    )
    # Fills the memory with noise: what is learned from it does not matter here.
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (64, ENVIRONMENTS, 4, 84, 84), np.uint8)
    for i in range(CAPACITY // ENVIRONMENTS):
        one = np.ones(ENVIRONMENTS)
        infos = [{}] * ENVIRONMENTS
        model.replay_buffer.add(
            noise[i % 64], noise[(i + 1) % 64], one.astype(int), one, one * 0, infos
        )
    learn(model)(0.1)
    about = {
        "Stable-Baselines3": stable_baselines3.__version__,
        "PyTorch": torch.__version__,
        "built": built_with(),
        "threads": THREADS,
        "environments": ENVIRONMENTS,
        "emulator": KIND,
    }
    serve(about, {"train": train(model), "learn": learn(model)})


if __name__ == "__main__":
    main()
