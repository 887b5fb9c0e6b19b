; Fenn's Trail: an original platform game for the NES. NROM-256, vertical mirroring.
.setcpu "6502"
.include "hardware.inc"
.include "ram.inc"

.segment "HEADER"
  .byte "NES", $1A, 2, 1, %00000001, 0
  .byte 0,0,0,0,0,0,0,0

.include "charmap.inc"       ; from here on strings are tile numbers

.segment "RODATA"
.include "metatiles.inc"
.include "frames.inc"
.include "logo.inc"
.include "stages.inc"

.segment "CODE"
.include "main.s"
.include "video.s"
.include "stage.s"
.include "modes.s"
.include "run.s"
.include "ending.s"
.include "physics.s"
.include "collision.s"
.include "blocks.s"
.include "objects.s"
.include "enemies.s"
.include "machines.s"
.include "items.s"
.include "doors.s"
.include "effects.s"
.include "sprites.s"
.include "status.s"
.include "sound.s"
.include "tunes.s"

.segment "VECTORS"
  .word nmi, reset, irq

.segment "CHR"
  .incbin "tiles.chr"
