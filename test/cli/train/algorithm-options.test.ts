import { Command } from "commander";
import { describe, expect, it } from "vitest";
import {
  addAlgorithmOptions,
  algorithmOverrides,
  type AlgorithmOptions,
} from "../../../src/cli/train/algorithm-options.js";
import { resolveSettings } from "../../../src/config/resolve.js";

function overridesOf(args: string): ReturnType<typeof algorithmOverrides> {
  const command = new Command().exitOverride();
  addAlgorithmOptions(command);
  return algorithmOverrides(
    command.parse(args.split(" "), { from: "user" }).opts<AlgorithmOptions>(),
  );
}

const ALL =
  "--exploration-fraction .1 --initial-epsilon .9 --final-epsilon .2 --restart-share .6 --buffer-size 1000 " +
  "--learning-starts 5 --prioritized --random-shift 3 --alpha .3 --beta .7 --lr 1e-3 --final-lr-fraction .2 --lr-decay-fraction .7 --adam-epsilon 1e-4 " +
  "--weight-decay .01 --batch-size 64 --learn-period 3 --gamma .8 --n-step 5 --target-period 7 " +
  "--target-tau .02 --acting-average .1 --eval-average .2 --no-double --munchausen --munchausen-alpha .5 --munchausen-temperature .1 " +
  "--munchausen-clip -2 --loss huber --huber-delta 2 --max-gradient-norm 4 --clipping global " +
  "--reward-scale .5 --reward-clip 3 --encoder impala --padding same --hidden-units 128 " +
  "--no-dueling --layer-norm --noisy --initial-sigma .4 --head c51 --atoms 21 --v-min -7 --v-max 9";

describe("the algorithm's options", () => {
  it("reach their settings", () => {
    const { exploration, replay, learning, network } = resolveSettings("fast", overridesOf(ALL));
    expect({ exploration, replay, learning, network }).toEqual({
      exploration: { fraction: 0.1, initialEpsilon: 0.9, finalEpsilon: 0.2, restartShare: 0.6 },
      replay: {
        capacity: 1000,
        batchSize: 64,
        learningStarts: 5,
        prioritized: true,
        randomShift: 3,
        priorityAlpha: 0.3,
        priorityBeta: 0.7,
      },
      learning: {
        learningRate: 1e-3,
        finalLearningRateFraction: 0.2,
        learningRateDecayFraction: 0.7,
        adamEpsilon: 1e-4,
        weightDecay: 0.01,
        rewardScale: 0.5,
        rewardClip: 3,
        gamma: 0.8,
        nStep: 5,
        doubleDqn: false,
        munchausen: true,
        munchausenAlpha: 0.5,
        munchausenTemperature: 0.1,
        munchausenClip: -2,
        loss: "huber",
        huberDelta: 2,
        maxGradientNorm: 4,
        clipping: "global",
        learnPeriod: 3,
        targetPeriod: 7,
        targetTau: 0.02,
        actingAverage: 0.1,
        evaluationAverage: 0.2,
      },
      network: {
        encoder: "impala",
        hiddenUnits: 128,
        dueling: false,
        padding: "same",
        layerNorm: true,
        noisy: true,
        initialSigma: 0.4,
        head: "c51",
        atoms: 21,
        vMin: -7,
        vMax: 9,
      },
    });
  });

  it("leave the preset alone where they are not given", () => {
    expect(resolveSettings("best", overridesOf("--gamma .5"))).toEqual({
      ...resolveSettings("best", {}),
      learning: { ...resolveSettings("best", {}).learning, gamma: 0.5 },
    });
  });
});
