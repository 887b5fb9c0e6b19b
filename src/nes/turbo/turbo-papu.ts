import { NES, type JsnesPapu } from "jsnes";

/** jsnes does not export its APU, but every console has one. */
const StockPapu = new NES({ emulateSound: false }).papu.constructor as new (nes: NES) => JsnesPapu;

const BITS = 8;
/**
 * After 2^31 processor cycles, 20 minutes, jsnes's arithmetic overflows and its sample timer is far
 * off. From well before that on it is left to go its way step by step.
 */
const LAST_CYCLE = 2 ** 31 - 2 ** 17;

/**
 * An APU that lets its sample channel's timer run without stopping while there is no sample to play,
 * which is nearly always. The timer never rests: jsnes stops for it about 70 times a frame.
 *
 * No private fields or methods: the base class calls these while it is being built.
 */
export class TurboPapu extends StockPapu {
  /** As jsnes's, without the sample timer where that only counts. */
  override _scheduleNextEvent(): void {
    super._scheduleNextEvent();
    if (this.lastCycle < LAST_CYCLE && isSampleIdle(this)) {
      const untilFrameStep = this.nextFrameEvent - this.frameCycleCounter;
      this.nextEventCycle = this.lastCycle + Math.max(untilFrameStep, 1);
    }
  }

  /** As jsnes's, but the sample timer may run out on the way, any number of times. */
  override _advance(cycles: number): void {
    super._advance(cycles);
    const { dmc } = this;
    if (dmc.timer > 0) return;
    // Each time a bit of silence goes by.
    const times = Math.floor(-dmc.timer / dmc.period) + 1;
    dmc.timer += times * dmc.period;
    dmc.shiftRegister = times < BITS ? dmc.shiftRegister >> times : 0;
    dmc.bitsRemaining = ((((dmc.bitsRemaining - 1 - times) % BITS) + BITS) % BITS) + 1;
  }

  /**
   * Catches up with the stops that have been left out, so that the counters are where jsnes's are.
   * @param cycle the present.
   */
  settle(cycle: number): void {
    super._scheduleNextEvent();
    const late = cycle - this.nextEventCycle;
    if (late < 0) return;
    const { period } = this.dmc;
    const lastStop = this.nextEventCycle + Math.floor(late / period) * period;
    this._advance(lastStop - this.lastCycle);
    this.lastCycle = lastStop;
    super._scheduleNextEvent();
  }
}

/** Nothing sounds and nothing is going to be fetched before a register is written to. */
function isSampleIdle({ dmc, emulateSound, frameIrqClearDelay }: JsnesPapu): boolean {
  if (emulateSound || !dmc.silence || !dmc.bufferEmpty || dmc.bytesRemaining > 0) return false;
  return (frameIrqClearDelay | dmc.startDelay | dmc.disableDelay) === 0;
}
