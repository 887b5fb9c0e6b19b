; Start-up and the frame. All work is done in the NMI handler; the main thread idles.

reset:
  sei
  cld
  ldx #$FF
  txs
  inx
  stx PPUCTRL
  stx PPUMASK
  stx DMC_CTRL
  lda #$40
  sta APU_FRAME
  bit PPUSTATUS
@vblank1:
  bit PPUSTATUS
  bpl @vblank1
  txa
@clear:
  sta $0000,x
  sta $0100,x
  sta $0300,x
  sta $0400,x
  sta $0500,x
  sta $0600,x
  sta $0700,x
  inx
  bne @clear
  jsr clear_sprites
@vblank2:
  bit PPUSTATUS
  bpl @vblank2
  lda #$0F
  sta APU_ON
  lda #2
  sta lives
  lda #CTRL_BASE
  sta top_ctrl
  lda #CTRL_BASE | CTRL_NMI
  sta PPUCTRL
forever:
  jmp forever

irq:
  rti

; One frame: picture first, while the beam is away, then sound, pads, the split, the game.
nmi:
  pha
  txa
  pha
  tya
  pha
  lda #CTRL_BASE           ; no second NMI while this one works
  sta PPUCTRL
  lda #0
  sta OAMADDR
  lda #>oam
  sta OAMDMA
  lda col_ready
  beq @no_column
  jsr upload_column
@no_column:
  jsr flush_queue
  lda mask
  sta PPUMASK
  bit PPUSTATUS
  lda #0                   ; the status bar does not scroll
  sta PPUSCROLL
  sta PPUSCROLL
  lda top_ctrl
  sta PPUCTRL
  inc frame
  jsr read_pad
  jsr play_sound
  lda split_on
  beq @no_split
@sprite0_gone:             ; the hit of the frame before ends with vblank
  lda PPUSTATUS
  and #%01000000
  bne @sprite0_gone
@sprite0_hit:              ; the last line of the bar, or of the title's letters
  lda PPUSTATUS
  and #%01000000
  beq @sprite0_hit
  lda show_x
  sta PPUSCROLL
  lda #0
  sta PPUSCROLL
  lda show_ctrl
  sta shown_ctrl
  sta PPUCTRL
@no_split:
  jsr run_mode
  bit PPUSTATUS            ; after a long load: wait for the next vblank, not half of this one
  lda #CTRL_BASE | CTRL_NMI
  ldx split_on             ; the beam may still draw: the nametable of this frame, not the next
  beq @out
  ora shown_ctrl
@out:
  sta PPUCTRL
  pla
  tay
  pla
  tax
  pla
  rti

read_pad:
  lda held
  sta t0
  lda #1
  sta JOYPAD1
  lsr a
  sta JOYPAD1
  ldx #8
@bit:
  lda JOYPAD1
  and #%00000011
  cmp #1
  rol held
  dex
  bne @bit
  lda t0
  eor #$FF
  and held
  sta pressed
  rts
