import { describe, expect, it } from "vitest";
import { firstAreaOf } from "../../src/env/areas.js";
import {
  closeStep,
  episodeFrom,
  episodeToNumbers,
  newEpisode,
  watchFrame,
  type Episode,
} from "../../src/env/episode.js";
import { MarioRam, Mode, PLAY_STEP } from "../../src/env/mario-ram.js";
import { parseStage, type Stage } from "../../src/env/stages.js";

const FRAMES = 4;
/** Of the classic: rooms and areas by their numbers. */
const BONUS_ROOM = 0x42;
const WATER_OF_8_4 = 0x02;
const ROOM_WITH_FLAG = 0x25;

/** A console's memory, written as the game does, and the episode that watches it. */
class Play {
  readonly stage: Stage;
  readonly ram = new MarioRam(new Uint8Array(2048));
  episode: Episode;

  constructor(stage: string, x: number, isClassic = true) {
    this.stage = parseStage(stage);
    const { bytes } = this.ram;
    if (isClassic) bytes[0x07ff] = 0xa5;
    bytes[0x075a] = 2;
    this.ram.writeStage(this.stage.world, this.stage.stage, this.stage.area);
    this.#show(x, Mode.play, PLAY_STEP, 8);
    this.episode = newEpisode(this.ram, this.stage);
  }

  /** A decision, after which the player stands at x. */
  step(x: number): Pick<Episode, "moved" | "gained"> {
    for (let frame = 1; frame <= FRAMES; frame++) {
      if (frame === FRAMES) this.#show(x, Mode.play, PLAY_STEP, 8);
      watchFrame(this.episode, this.ram, this.stage, "castle");
    }
    closeStep(this.episode, this.ram, this.stage, FRAMES);
    const { moved, gained } = this.episode;
    return { moved, gained };
  }

  /** A pipe: the area's number is there while it loads; the next one's follows as soon as it is played. */
  pipe(area: number, x: number): void {
    this.ram.bytes[0x0750] = 0x80 | area;
    for (let step = 0; step < PLAY_STEP; step++) {
      // At first x is still that of the area before.
      this.#show(step === 0 ? this.ram.x : 0, Mode.play, step, 0);
      for (let i = 0; i < 6; i++) watchFrame(this.episode, this.ram, this.stage, "castle");
      closeStep(this.episode, this.ram, this.stage, FRAMES);
      expect(this.episode).toMatchObject({ moved: 0, gained: 0 });
    }
    this.#show(0, Mode.play, PLAY_STEP, 0);
    this.ram.bytes[0x0750] = 0x7f;
    watchFrame(this.episode, this.ram, this.stage, "castle");
    closeStep(this.episode, this.ram, this.stage, FRAMES);
    this.step(x);
  }

  #show(x: number, mode: number, modeStep: number, playerState: number): void {
    const { bytes } = this.ram;
    bytes.set([x >> 8], 0x006d);
    bytes.set([x & 0xff], 0x0086);
    bytes.set([mode], 0x0770);
    bytes.set([modeStep], 0x0772);
    bytes.set([playerState], 0x000e);
  }
}

describe("the way of an episode", () => {
  it("is the change of x, and the furthest x so far", () => {
    for (const isClassic of [true, false]) {
      const play = new Play("1-1", 40, isClassic);
      expect(play.step(50)).toEqual({ moved: 10, gained: 10 });
      expect(play.step(43)).toEqual({ moved: -7, gained: 0 });
      expect(play.step(55)).toEqual({ moved: 12, gained: 5 });
      expect(play.episode).toMatchObject({ x: 55, maxX: 55, stalledSteps: 0, steps: 3 });
      play.step(55);
      expect(play.episode.stalledSteps).toBe(1);
    }
  });

  it("does not count what no player can run, where the game does not tell areas", () => {
    const play = new Play("1-1", 920, false);
    expect(play.step(24)).toEqual({ moved: 0, gained: 0 });
    expect(play.step(44)).toEqual({ moved: 20, gained: 0 });
    expect(play.step(65)).toEqual({ moved: 0, gained: 0 });
    expect(play.step(2600)).toEqual({ moved: 0, gained: 0 });
    expect(play.episode).toMatchObject({ x: 2600, maxX: 2600 });
  });

  it("leaves out the classic's pipes to and from a bonus room, and x in it", () => {
    const play = new Play("6-2", 310);
    const before = play.episode.maxX;
    for (let i = 0; i < 5; i++) play.step(310);
    expect(play.episode.stalledSteps).toBe(5);
    play.pipe(BONUS_ROOM, 2072);
    expect(play.episode).toMatchObject({ moved: 0, gained: 0, maxX: before, stalledSteps: 0 });
    // New ground all the same, to be learned like any other.
    expect(play.step(2082)).toEqual({ moved: 10, gained: 10 });
    expect(play.episode).toMatchObject({ x: 2082, maxX: before });
    play.pipe(firstAreaOf(play.stage), 568);
    expect(play.episode).toMatchObject({ moved: 0, gained: 0, maxX: 568, stalledSteps: 0 });
    expect(play.step(578)).toEqual({ moved: 10, gained: 10 });
    // The second coin room lies to the left of the first, in the same area.
    play.pipe(BONUS_ROOM, 1560);
    expect(play.episode.stalledSteps).toBe(0);
    expect(play.step(1570)).toEqual({ moved: 10, gained: 10 });
  });

  it("counts being put back within the area, by mazes and by pipes: going round does not pay", () => {
    const play = new Play("8-4", 300);
    const start = play.episode.x;
    let moved = 0;
    for (let x = 310; x <= 820; x += 10) moved += play.step(x).moved;
    play.pipe(firstAreaOf(play.stage), 312);
    moved += play.episode.moved;
    expect(moved).toBe(312 - start);
    expect(play.step(322)).toEqual({ moved: 10, gained: 0 });
    const maze = new Play("4-4", 2000);
    expect(maze.step(986)).toEqual({ moved: -1014, gained: 0 });
  });

  it("goes on where x begins anew on the way: no stall, and it pays", () => {
    const play = new Play("8-4", 3648);
    play.pipe(WATER_OF_8_4, 56);
    for (let x = 62; x <= 1088; x += 6) {
      expect(play.step(x)).toEqual({ moved: 6, gained: 6 });
      expect(play.episode.stalledSteps).toBe(0);
    }
    expect(play.episode.maxX).toBe(3648);
  });

  it("ends at a castle that is there: not behind the rock of 4-2", () => {
    const play = new Play("4-2", 3200);
    play.step(3260);
    play.step(3420);
    expect(play.episode).toMatchObject({ completed: false, maxX: 3266 });
    play.pipe(ROOM_WITH_FLAG, 2872);
    play.step(3250);
    expect(play.episode.completed).toBe(false);
    play.step(3251);
    expect(play.episode.completed).toBe(true);
    const other = new Play("1-1", 3240);
    other.step(3251);
    expect(other.episode.completed).toBe(true);
  });

  it("is kept in a state", () => {
    const play = new Play("8-4", 3648);
    play.pipe(WATER_OF_8_4, 56);
    play.step(62);
    const { episode } = play;
    expect(episodeFrom(episodeToNumbers(episode), episode.furthest)).toEqual(episode);
    expect(episode.furthest[WATER_OF_8_4]).toBe(62);
    expect(episode.furthest[firstAreaOf(play.stage)]).toBe(3648);
  });
});
