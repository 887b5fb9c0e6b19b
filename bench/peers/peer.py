"""What every Python worker shares: the protocol with run.mjs, and the scene.

A worker says once what it is and what it can do, then does what it is told, one JSON line each:

    -> {"about": {...}, "works": ["core", "environment"]}
    <- {"work": "core", "seconds": 1.5}
    -> {"done": 2400, "ms": 1502.1, "cpuMs": 1499.8}

`cpuMs` is the processor time of all threads of the worker.
"""

import json
import sys
import time

# The scene that everybody plays: from the stage's first moment, so many frames, running right and
# jumping for half of every 48 frames. Then back to the start.
STRETCH_FRAMES = 400
ACTION_REPEAT = 4
A, B, START, RIGHT = 1, 2, 8, 128


def buttons(frame):
    """Bits of the controller at a frame of the scene."""
    return RIGHT | B | (A if frame % 48 < 24 else 0)


def start_game(step_frame, ram):
    """Plays from power on until the clock first ticks, as src/env/game-start.ts does.

    step_frame(buttons) advances one frame; ram(address) reads a byte.
    """
    before = 0
    for frame in range(1200):
        at_title = ram(0x770) != 1
        step_frame(START if at_title and frame >= 30 and frame % 16 < 4 else 0)
        if ram(0x770) != 1 or ram(0x772) < 3 or ram(0x7A0) > 0:
            before = 0
            continue
        clock = 100 * ram(0x7F8) + 10 * ram(0x7F9) + ram(0x7FA)
        if clock < before:
            return
        before = clock
    raise RuntimeError("the game did not start within 1,200 frames")


def player_x(ram):
    """Pixels from the stage's left edge."""
    return 256 * ram(0x6D) + ram(0x86)


def repeat(piece):
    """Makes a work of a function that does a little and says how much it was."""

    def work(seconds):
        end = time.perf_counter() + seconds
        done = piece()
        while time.perf_counter() < end:
            done += piece()
        return done

    return work


def serve(about, works):
    """works: {name: function(seconds) -> how many it did}"""
    out = sys.stdout
    # Whatever a library prints must not get between the lines of the protocol.
    sys.stdout = sys.stderr

    def say(message):
        out.write(json.dumps(message) + "\n")
        out.flush()

    about = {"python": sys.version.split()[0], **about}
    say({"about": about, "works": list(works)})
    for line in sys.stdin:
        request = json.loads(line)
        start, cpu = time.perf_counter(), time.process_time()
        done = works[request["work"]](request["seconds"])
        ms, cpu_ms = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)
        say({"done": done, "ms": ms, "cpuMs": cpu_ms})
