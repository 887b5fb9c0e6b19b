import { NES } from "jsnes";
import { LOOP_CYCLES, skipIdle } from "./idle-skip.js";
import { POLL_BYTES, skipPoll } from "./poll-skip.js";
import { TurboPpu } from "./turbo-ppu.js";

/**
 * A jsnes console that leaves out work which nobody can see. After every frame its state is that of
 * a stock console, value for value; only the picture is not, after a dark frame.
 */
export class TurboNes extends NES {
  #ppu: TurboPpu | undefined;

  /** As jsnes's own, which makes its parts here, with our PPU in the place of its. */
  override reset(): void {
    super.reset();
    this.#ppu = new TurboPpu(this);
    this.ppu = this.#ppu;
    this.cpu.ppu = this.#ppu;
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
    if (this.mmap === null || ppu === undefined) return;
    this.controllers[1].clock();
    this.controllers[2].clock();
    ppu.startFrame();
    // A light gun looks at the picture.
    ppu.prepareFrame(this.rom?.mapperType === 0, dark && this.mmap.zapperX === null);
    try {
      this.#runProgram(ppu);
      ppu.frameEnded = false;
    } catch (cause) {
      this.crashed = true;
      throw cause;
    } finally {
      ppu.finishFrame();
    }
    this.fpsFrameCount++;
  }

  #runProgram(ppu: TurboPpu): void {
    const { cpu } = this;
    while (!ppu.frameEnded) {
      const pc = cpu.REG_PC;
      // A jump or a branch that was taken; an interrupt or a DMA in between would have taken longer.
      if (cpu.emulate() !== LOOP_CYCLES) continue;
      const back = pc - cpu.REG_PC;
      if (back === 0) skipIdle(this, pc);
      else if (back === POLL_BYTES) skipPoll(this, ppu, cpu.REG_PC);
    }
  }
}
