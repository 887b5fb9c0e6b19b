#!/usr/bin/env python3
"""Reads a folder of runs with TensorBoard's own code and lists what it finds.

    pip install tensorboard
    python3 scripts/check-tensorboard.py tensorboard

Prints one line for each run and kind of data, and exits with 1 when a run cannot be read or lacks its
hyperparameters. Needs nothing of this project.
"""

import sys
from pathlib import Path

try:
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.plugins.hparams import metadata as hparams_metadata
    from tensorboard.util import tensor_util
except ImportError:
    sys.exit("TensorBoard is not installed: pip install tensorboard")

SIGNATURES = {b"\x89PNG": "PNG", b"GIF8": "GIF", b"\xff\xd8\xff": "JPEG"}


def format_of(picture: bytes) -> str:
    return next((name for start, name in SIGNATURES.items() if picture.startswith(start)), "?")


def check_run(run, accumulator) -> list[str]:
    """Prints what a run holds; returns what is wrong with it."""
    problems = []
    # TensorBoard turns the old scalar messages into tensors of the plugin "scalars" on reading.
    content = {}
    for plugin in ("scalars", "histograms", "images", "text"):
        try:
            content[plugin] = accumulator.PluginTagToContent(plugin)
        except KeyError:
            content[plugin] = {}
    for tag in sorted(content["scalars"]):
        points = accumulator.Tensors(tag)
        last = float(tensor_util.make_ndarray(points[-1].tensor_proto))
        print(f"{run}  scalar     {tag}: {len(points)} points, last {last:g} at step {points[-1].step}")
    for tag in sorted(content["histograms"]):
        points = accumulator.Tensors(tag)
        bars = tensor_util.make_ndarray(points[-1].tensor_proto)
        if bars.ndim != 2 or bars.shape[1] != 3 or (bars[:, 0] > bars[:, 1]).any():
            problems.append(f"{run}: {tag} is no histogram: {bars.shape}")
            continue
        print(f"{run}  histogram  {tag}: {len(points)} times, {int(bars[:, 2].sum())} values"
              f" from {bars[0, 0]:.4g} to {bars[-1, 1]:.4g}")
    for tag in sorted(content["images"]):
        points = accumulator.Tensors(tag)
        width, height, *pictures = tensor_util.make_ndarray(points[-1].tensor_proto).tolist()
        kinds = {format_of(picture) for picture in pictures}
        if "?" in kinds or not pictures:
            problems.append(f"{run}: {tag} holds no picture that a browser shows")
        print(f"{run}  image      {tag}: {len(points)} times, {width.decode()} x {height.decode()},"
              f" {', '.join(sorted(kinds))}, {len(pictures[0])} bytes")
    for tag in sorted(content["text"]):
        print(f"{run}  text       {tag}")
    try:
        hparams = accumulator.PluginTagToContent(hparams_metadata.PLUGIN_NAME)
        start = hparams_metadata.parse_session_start_info_plugin_data(
            hparams[hparams_metadata.SESSION_START_INFO_TAG])
    except KeyError:
        problems.append(f"{run}: no hyperparameters")
    else:
        ended = hparams_metadata.SESSION_END_INFO_TAG in hparams
        print(f"{run}  hparams    {len(start.hparams)} values,"
              f" {'ended' if ended else 'running or killed'}")
    return problems


def main() -> None:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(__doc__)
    multiplexer = EventMultiplexer().AddRunsFromDirectory(sys.argv[1])
    multiplexer.Reload()
    runs = sorted(multiplexer.Runs())
    if not runs:
        sys.exit(f"There are no event files in {sys.argv[1]}.")
    problems = [line for run in runs for line in check_run(run, multiplexer.GetAccumulator(run))]
    for line in problems:
        print(f"PROBLEM    {line}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
