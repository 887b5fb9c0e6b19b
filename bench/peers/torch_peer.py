"""A double-DQN update written by hand in PyTorch, and acting. Usage: torch_peer.py THREADS

Batch 32, uint8 observations in memory, scaled on the way in; Huber loss, gradient norm clipped at
10, fused Adam: what ours does. Five ways of running it, so that the best can be compared.
"""

import sys

import torch
from torch.nn.functional import smooth_l1_loss

from peer import repeat, serve
from torch_network import built_with, q_network

THREADS = int(sys.argv[1])
ACTIONS = 14
BATCH = 32
torch.set_num_threads(THREADS)
torch.manual_seed(1)


def update(channels_last=False, compiled=False, bf16=False):
    """A function that does one update."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    online = q_network(ACTIONS).to(memory_format=layout)
    target = q_network(ACTIONS).to(memory_format=layout)
    target.load_state_dict(online.state_dict())
    adam = torch.optim.Adam(online.parameters(), 1e-4, fused=True)
    s_tm1, s_t = (
        torch.randint(256, (BATCH, 4, 84, 84), dtype=torch.uint8).to(memory_format=layout)
        for _ in range(2)
    )
    a_tm1 = torch.randint(ACTIONS, (BATCH, 1))
    r_t = torch.rand(BATCH, 1)
    discount_t = torch.full((BATCH, 1), 0.9)

    def loss_of(s_tm1, a_tm1, r_t, discount_t, s_t):
        with torch.no_grad():
            x = s_t.to(torch.float32) / 255
            best = online(x).argmax(1, keepdim=True)
            y = r_t + discount_t * target(x).gather(1, best)
        q = online(s_tm1.to(torch.float32) / 255).gather(1, a_tm1)
        return smooth_l1_loss(q, y.to(q.dtype))

    run = torch.compile(loss_of) if compiled else loss_of

    def piece():
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = run(s_tm1, a_tm1, r_t, discount_t, s_t)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(online.parameters(), 10)
        adam.step()
        loss.item()
        return 1

    return repeat(piece)


def act(batch):
    """Q-values of some observations, with channels last as the faster of the two layouts."""
    online = q_network(ACTIONS).to(memory_format=torch.channels_last)
    observations = torch.randint(256, (batch, 4, 84, 84), dtype=torch.uint8)
    observations = observations.to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def piece():
        online(observations.to(torch.float32) / 255).numpy()
        return 1

    return repeat(piece)


serve(
    {"PyTorch": torch.__version__, "built": built_with(), "threads": THREADS},
    {
        "update": update(),
        "update-channels-last": update(channels_last=True),
        "update-compiled": update(channels_last=True, compiled=True),
        "update-bf16": update(channels_last=True, bf16=True),
        "update-compiled-bf16": update(channels_last=True, compiled=True, bf16=True),
        "act-1": act(1),
        "act-8": act(8),
    },
)
