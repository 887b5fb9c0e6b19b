import { NES } from "jsnes";
import { isQuiet, LOOP_CYCLES, skipIdle } from "./idle-skip.js";
import { runPlainCode } from "./plain-code.js";
import { skipPoll } from "./poll-skip.js";
import { runSpriteDma } from "./sprite-dma.js";
import { TurboPapu } from "./turbo-papu.js";
import { TurboPpu } from "./turbo-ppu.js";

/**
 * A jsnes console that leaves out work which nobody can see. After every frame its state is that of
 * a stock console, value for value; only the picture is not, after a dark frame.
 */
export class TurboNes extends NES {
  #ppu: TurboPpu | undefined;
  #papu: TurboPapu | undefined;

  /** As jsnes's own, which makes its parts here, with our PPU and APU in the place of its. */
  override reset(): void {
    super.reset();
    this.#ppu = new TurboPpu(this);
    this.ppu = this.#ppu;
    this.cpu.ppu = this.#ppu;
    this.#papu = new TurboPapu(this);
    this.papu = this.#papu;
    this.cpu.papu = this.#papu;
  }

  override readonly frame = (): void => {
    this.runFrame(false);
  };

  /**
   * One frame.
   * @param dark whether it may go without drawing; the picture then stays as it was, unless the
   * cartridge needs it drawn.
   */
  runFrame(dark: boolean): void {
    if (this.crashed) throw new Error("The game has crashed: load a ROM or restore a state.");
    const ppu = this.#ppu;
    const papu = this.#papu;
    if (this.mmap === null || ppu === undefined || papu === undefined) return;
    this.controllers[1].clock();
    this.controllers[2].clock();
    ppu.startFrame();
    // A light gun looks at the picture.
    ppu.prepareFrame(this.rom?.mapperType === 0, dark && this.mmap.zapperX === null);
    papu._scheduleNextEvent();
    try {
      this.#runProgram(ppu);
      ppu.frameEnded = false;
    } catch (cause) {
      this.crashed = true;
      throw cause;
    } finally {
      ppu.finishFrame();
      papu.settle(this.cpu.cycles);
    }
    this.fpsFrameCount++;
  }

  #runProgram(ppu: TurboPpu): void {
    const { cpu } = this;
    while (!ppu.frameEnded) {
      if (cpu.dmaNeedHalt) runSpriteDma(this);
      else this.#runPlainCode();
      const pc = cpu.REG_PC;
      skipPoll(this, ppu, pc);
      // A jump or a branch that was taken; an interrupt or a DMA in between would have taken longer.
      if (cpu.emulate() === LOOP_CYCLES && cpu.REG_PC === pc) skipIdle(this, pc);
    }
  }

  /** Until something else in the console may happen. */
  #runPlainCode(): void {
    const { cpu, ppu } = this;
    if (!cpu.directPrgReads || !isQuiet(this)) return;
    const start = cpu.cycles;
    const untilPicture = start + Math.floor((ppu.nextEventDot - ppu.dotTarget) / 3);
    runPlainCode(cpu, Math.min(untilPicture, this.papu.nextEventCycle - 1));
    ppu.dotTarget += 3 * (cpu.cycles - start);
  }
}
