import { NES } from "jsnes";
import { LOOP_CYCLES, skipIdle } from "./idle-skip.js";

/**
 * A jsnes console that leaves out work which nobody can see. After every frame its state is that of
 * a stock console, value for value.
 */
export class TurboNes extends NES {
  /** As jsnes's own, plus the idle skip. */
  override readonly frame = (): void => {
    if (this.crashed) {
      throw new Error("The game has crashed: load a ROM or restore a state.");
    }
    const { cpu, ppu } = this;
    this.controllers[1].clock();
    this.controllers[2].clock();
    ppu.startFrame();
    try {
      if (this.mmap === null) return;
      while (!ppu.frameEnded) {
        const pc = cpu.REG_PC;
        // An interrupt or a DMA in between would have taken longer.
        if (cpu.emulate() === LOOP_CYCLES && cpu.REG_PC === pc) skipIdle(this, pc);
      }
      ppu.frameEnded = false;
    } catch (cause) {
      this.crashed = true;
      throw cause;
    }
    this.fpsFrameCount++;
  };
}
