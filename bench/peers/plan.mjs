/**
 * What is measured: groups of contenders that do the same thing, ours first.
 *
 * A contender is a work of a worker; a worker is a process. `venv` names the Python environment of
 * a worker that has one; `threads` says how many threads of arithmetic a group is about.
 */

const emulator = (kind) => ({ venv: kind, args: ["emulator_peer.py", kind, "ROM"] });
const torch = (threads) => ({ venv: "torch", args: ["torch_peer.py", `${threads}`] });
const sb3 = (kind, environments, threads) => ({
  venv: "torch",
  args: ["sb3_peer.py", kind, "ROM", `${environments}`, `${threads}`],
});
const ours = (...args) => ({ args: ["ours.mjs", ...args] });

const torchUpdate = (threads, label, work) => ({
  label: `PyTorch, ${label}`,
  worker: torch(threads),
  work,
});
const update = (threads, precision, peers) => ({
  name: `update in ${precision}, ${threads} thread${threads > 1 ? "s" : ""}`,
  what: "one double-DQN update, batch 32",
  threads,
  unit: "ms",
  seconds: 1.5,
  contenders: [
    {
      label: precision === "fp32" ? "mario" : `mario, ${precision}`,
      worker: ours("compute", `${threads}`, precision),
      work: "update",
    },
    ...peers,
  ],
});
const updates = (threads) => [
  update(threads, "fp32", [
    torchUpdate(threads, "eager", "update"),
    torchUpdate(threads, "channels last", "update-channels-last"),
    torchUpdate(threads, "channels last, `torch.compile`", "update-compiled"),
  ]),
  update(threads, "bf16", [
    torchUpdate(threads, "channels last, autocast", "update-bf16"),
    torchUpdate(threads, "channels last, autocast, `torch.compile`", "update-compiled-bf16"),
  ]),
];

export const groups = [
  {
    name: "emulator",
    what: "frames of play, one thread",
    threads: 1,
    unit: "frames/s",
    seconds: 1.5,
    contenders: [
      {
        label: "mario, every fourth frame drawn",
        worker: ours("game", "ROM"),
        work: "turbo",
      },
      { label: "mario, every frame drawn", worker: ours("game", "ROM"), work: "drawn" },
      { label: "jsnes, every frame drawn", worker: ours("game", "ROM"), work: "stock" },
      { label: "nes-py", worker: emulator("nes_py"), work: "core" },
      { label: "stable-retro (FCEUmm)", worker: emulator("stable_retro"), work: "core" },
    ],
  },
  {
    name: "environment",
    what: "decisions at action repeat 4, 84×84 gray, 4 frames stacked, one thread",
    threads: 1,
    unit: "steps/s",
    seconds: 1.5,
    contenders: [
      { label: "mario", worker: ours("game", "ROM"), work: "environment" },
      { label: "nes-py, OpenCV", worker: emulator("nes_py"), work: "environment" },
      {
        label: "stable-retro (FCEUmm), OpenCV",
        worker: emulator("stable_retro"),
        work: "environment",
      },
    ],
  },
  ...updates(2),
  ...updates(1),
  {
    name: "sampling and update, 2 threads",
    what: "a minibatch of 32 out of 10,000 transitions and one DQN update, not double",
    threads: 2,
    unit: "ms",
    seconds: 1.5,
    contenders: [
      { label: "mario", worker: ours("compute", "2", "fp32"), work: "sample-update" },
      { label: "Stable-Baselines3", worker: sb3("nes_py", 1, 2), work: "train" },
    ],
  },
  ...[1, 8].map((batch) => ({
    name: `acting on ${batch}`,
    threads: 1,
    what: `Q-values of ${batch === 1 ? "one observation" : `${batch} observations`}, 1 thread`,
    unit: "ms",
    seconds: 0.75,
    contenders: [
      { label: "mario", worker: ours("compute", "1", "fp32"), work: `act-${batch}` },
      { label: "PyTorch, channels last", worker: torch(1), work: `act-${batch}` },
    ],
  })),
  {
    name: "training",
    what: "decisions of a whole training run: action repeat 4, one update of 32 for every 4; 2 threads of arithmetic",
    threads: 2,
    unit: "steps/s",
    seconds: 8,
    rounds: 3,
    contenders: [
      {
        label: "mario, 8 environments",
        worker: ours("training", "ROM", "fp32"),
        work: "learn",
      },
      {
        label: "mario, 8 environments, bf16",
        worker: ours("training", "ROM", "bf16"),
        work: "learn",
      },
      {
        label: "Stable-Baselines3 on nes-py",
        worker: sb3("nes_py", 1, 2),
        work: "learn",
      },
      {
        label: "Stable-Baselines3 on stable-retro",
        worker: sb3("stable_retro", 1, 2),
        work: "learn",
      },
      {
        label: "Stable-Baselines3 on stable-retro, 4 environments in processes",
        worker: sb3("stable_retro", 4, 2),
        work: "learn",
      },
    ],
  },
];

/** Python environments, and which files of requirements/ go into them, one after the other. */
export const venvs = {
  nes_py: ["nes-py"],
  stable_retro: ["stable-retro"],
  // Separate steps: whoever fails to install does not take the ones before with it. pip grumbles
  // that nes-py and stable-retro want different versions of a window library, which neither opens.
  torch: ["torch", "stable-baselines3", "stable-retro"],
};

/** What cannot be equal, or is not measured, and why. */
export const notes = [
  "gym-super-mario-bros itself is neither installed nor measured: its package carries a copyrighted ROM. nes-py is the emulator below it; its own reward and info code would come on top.",
  "Ours draws only the frames that somebody looks at, as an environment with action repeat 4 does; nes-py and FCEUmm, as their packages drive them, draw all.",
  'Everywhere the network is that of the tutorial ("same" padding, 256 hidden units, not dueling), in training too. Preset `fast` has a smaller one, so its figures elsewhere are better.',
  "Our environment also computes reward, end of episode and 18 values of info in every step; the others only emulate and observe.",
  "nes-py is compiled on this machine with the flags of its package (-O3); stable-retro and PyTorch are the packages' builds.",
  "All fp32 updates do the same arithmetic. PyTorch pads its second convolution evenly, which spares it a copy; its Adam is the fused one.",
  "In training, ours is double DQN with 14 actions, Stable-Baselines3's plain DQN with 5; both choose 2 % of actions by chance. Of ours, the figure of a round is the median over the rounds of `mario bench end-to-end`.",
  "Whether bf16 is faster than fp32 depends on the processor: with AMX it is. Ours rounds the factors of convolutions and hidden layers; PyTorch's autocast rounds the output layer's, too.",
  "Stable-Baselines3's DQN is neither double nor n-step and has our network, its memory holds whole observations, ours single frames.",
];
