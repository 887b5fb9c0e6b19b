"""The update of `mario bench train-step` in PyTorch on a CUDA card. Usage: torch_update.py BATCH SECONDS

The peers' network (bench/peers/torch_network.py): double DQN, Huber loss, gradient norm clipped at 10,
fused Adam; uint8 observations come from the processor's memory at each update, as ours do. Prints one
JSON document: milliseconds of an update, eager and compiled.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import torch
from torch.nn.functional import smooth_l1_loss

sys.path.insert(0, str(Path(__file__).parent.parent / "peers"))
from torch_network import q_network  # noqa: E402

BATCH = int(sys.argv[1])
SECONDS = float(sys.argv[2])
ACTIONS = 14
DEVICE = torch.device("cuda")
torch.manual_seed(1)


def update(compiled):
    """A function that does one update and waits for its loss."""
    online = q_network(ACTIONS).to(DEVICE)
    target = q_network(ACTIONS).to(DEVICE)
    target.load_state_dict(online.state_dict())
    adam = torch.optim.Adam(online.parameters(), 1e-4, fused=True)
    s_tm1, s_t = (
        torch.randint(256, (BATCH, 4, 84, 84), dtype=torch.uint8).pin_memory() for _ in range(2)
    )
    a_tm1 = torch.randint(ACTIONS, (BATCH, 1), device=DEVICE)
    r_t = torch.rand(BATCH, 1, device=DEVICE)
    discount_t = torch.full((BATCH, 1), 0.9, device=DEVICE)

    def loss_of(s_tm1, s_t):
        with torch.no_grad():
            x = s_t.to(torch.float32) / 255
            best = online(x).argmax(1, keepdim=True)
            y = r_t + discount_t * target(x).gather(1, best)
        return smooth_l1_loss(online(s_tm1.to(torch.float32) / 255).gather(1, a_tm1), y)

    run = torch.compile(loss_of, mode="max-autotune") if compiled else loss_of

    def piece():
        loss = run(s_tm1.to(DEVICE, non_blocking=True), s_t.to(DEVICE, non_blocking=True))
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(online.parameters(), 10)
        adam.step()
        return loss.item()

    return piece


def milliseconds(piece):
    """Median of the updates that fit into the time, after 20 that warm up."""
    for _ in range(20):
        piece()
    times = []
    end = time.perf_counter() + SECONDS
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        piece()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


if not torch.cuda.is_available():
    sys.exit("PyTorch sees no CUDA card.")
figures = {}
for name in ("eager", "compiled"):
    try:
        figures[name] = milliseconds(update(name == "compiled"))
    except Exception as error:  # A compiler may be missing: the other figure stands.
        figures[name] = str(error).splitlines()[0]
print(json.dumps({"torch": torch.__version__, "card": torch.cuda.get_device_name(), **figures}))
