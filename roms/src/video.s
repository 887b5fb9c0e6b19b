; Getting bytes to the PPU: the queue, a column of the stage, whole screens.

; Writes what the game queued. In vblank only.
flush_queue:
  ldx #0
  ldy vq_len
  beq @done
@entry:
  bit PPUSTATUS
  lda vq,x
  sta PPUADDR
  lda vq+1,x
  sta PPUADDR
  lda vq+2,x
  ldy #CTRL_BASE
  asl a
  bcc @across
  ldy #CTRL_BASE | CTRL_DOWN
@across:
  sty PPUCTRL
  lsr a
  tay
  inx
  inx
  inx
@byte:
  lda vq,x
  sta PPUDATA
  inx
  dey
  bne @byte
  cpx vq_len
  bcc @entry
  ldx #0
  stx vq_len
@done:
  rts

; The column prepared by prepare_column: two strips of 26 tiles and 7 attribute bytes.
upload_column:
  bit PPUSTATUS
  lda #CTRL_BASE | CTRL_DOWN
  sta PPUCTRL
  lda col_hi
  sta PPUADDR
  lda col_lo
  sta PPUADDR
.repeat 26, i
  lda col_left+i
  sta PPUDATA
.endrepeat
  lda col_hi
  sta PPUADDR
  ldx col_lo
  inx
  stx PPUADDR
.repeat 26, i
  lda col_right+i
  sta PPUDATA
.endrepeat
  lda col_hi
  ora #3
  tay
  lda col_attr_lo
  ldx #0
@attr:
  sty PPUADDR
  sta PPUADDR
  pha
  lda col_attr,x
  sta PPUDATA
  pla
  clc
  adc #8
  inx
  cpx #7
  bne @attr
  lda #0
  sta col_ready
  lda #CTRL_BASE
  sta PPUCTRL
  rts

; Rendering off, at once and for the next frames, until the caller sets mask.
screen_off:
  lda #0
  sta PPUMASK
  sta mask
  sta split_on
  sta vq_len
  sta col_ready
  sta show_x
  lda #CTRL_BASE
  sta PPUCTRL
  sta show_ctrl
  jmp clear_sprites

; Both nametables: tile A, attribute byte Y. Rendering off.
fill_screens:
  sta t0
  sty t1
  lda #$20
  jsr @one
  lda #$24
@one:
  bit PPUSTATUS
  sta PPUADDR
  lda #0
  sta PPUADDR
  ldx #4
  ldy #$C0                 ; 3 pages and $C0 bytes of tiles
  lda t0
@tiles:
  sta PPUDATA
  dey
  bne @tiles
  dex
  bne @tiles
  lda t1
  ldy #64
@attr:
  sta PPUDATA
  dey
  bne @attr
  rts

; Entries "high, low, count, bytes" at ptr, ended by a zero. Rendering off.
draw_script:
  ldy #0
@entry:
  lda (ptr),y
  beq @done
  bit PPUSTATUS
  sta PPUADDR
  iny
  lda (ptr),y
  sta PPUADDR
  iny
  lda (ptr),y
  tax
  iny
@byte:
  lda (ptr),y
  sta PPUDATA
  iny
  bne @same_page
  inc ptr+1
@same_page:
  dex
  bne @byte
  beq @entry
@done:
  rts

.macro script address
  lda #<address
  sta ptr
  lda #>address
  sta ptr+1
  jsr draw_script
.endmacro

load_palettes:
  bit PPUSTATUS
  lda #$3F
  sta PPUADDR
  lda #0
  sta PPUADDR
  tax
@byte:
  lda palettes,x
  sta PPUDATA
  inx
  cpx #32
  bne @byte
  rts

SKY = $31
palettes:
  .byte SKY, $07,$17,$2A   ; earth: ground, logs, pines
  .byte SKY, $19,$29,$39   ; green: hills, bushes
  .byte SKY, $07,$27,$37   ; timber: crates, stairs, the lodge
  .byte SKY, $0C,$30,$28   ; bar and letters, gifts, berries, clouds
  .byte SKY, $0F,$26,$37   ; Fenn
  .byte SKY, $0F,$13,$35   ; beetles
  .byte SKY, $0F,$1A,$2A   ; the leaf
  .byte SKY, $07,$27,$38   ; chips, berries, points, pennant

; The gifts' gold glows.
cycle_gold:
  lda frame
  and #7
  bne @out
  lda frame
  lsr a
  lsr a
  lsr a
  and #7
  tay
  ldx vq_len
  lda #$3F
  sta vq,x
  lda #$0F
  sta vq+1,x
  lda #1
  sta vq+2,x
  lda @shades,y
  sta vq+3,x
  txa
  clc
  adc #4
  sta vq_len
@out:
  rts
@shades: .byte $28,$28,$28,$28,$28,$38,$38,$27
