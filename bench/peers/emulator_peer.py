"""Another emulator, bare and as an environment. Usage: emulator_peer.py nes_py|stable_retro ROM"""

import sys
from importlib.metadata import version

from observed import Observed, load
from peer import ACTION_REPEAT, STRETCH_FRAMES, buttons, player_x, repeat, serve

game, package = load(sys.argv[1], sys.argv[2])
observed = Observed(game)
at = 0


def core():
    """Eight frames; both draw every one, and every fourth is looked at."""
    global at
    if at % STRETCH_FRAMES == 0:
        game.restart()
    for _ in range(8):
        game.frame(buttons(at % STRETCH_FRAMES))
        at += 1
        if at % ACTION_REPEAT == 0:
            game.picture()
    return 8


def environment():
    """One decision and the observation after it, [4, 84, 84] uint8."""
    global at
    if at % STRETCH_FRAMES == 0:
        observed.reset()
    observed.step(buttons(at % STRETCH_FRAMES))
    at += ACTION_REPEAT
    return 1


while at < STRETCH_FRAMES:
    core()
serve(
    {package: version(package), "xAtSceneEnd": player_x(game.ram)},
    {"core": repeat(core), "environment": repeat(environment)},
)
