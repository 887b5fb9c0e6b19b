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
  sta shown_ctrl
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

; Those of map_theme.
load_palettes:
  lda #0                   ; ptr = theme_palettes + 32 * theme
  sta t1
  lda map_theme
  asl a
  asl a
  asl a
  asl a
  asl a
  clc
  adc #<theme_palettes
  sta ptr
  lda #>theme_palettes
  adc #0
  sta ptr+1
  bit PPUSTATUS
  lda #$3F
  sta PPUADDR
  ldy #0
  sty PPUADDR
@byte:
  lda (ptr),y
  sta PPUDATA
  iny
  cpy #32
  bne @byte
  rts

; Queues one colour: A at $3F00 + Y.
queue_colour:
  ldx vq_len
  sta vq+3,x
  tya
  sta vq+1,x
  lda #$3F
  sta vq,x
  lda #1
  sta vq+2,x
  txa
  clc
  adc #4
  sta vq_len
  rts

; One colour of the theme changes all the time: water, lava, glowing moss.
shimmer:
  lda frame
  and #7
  cmp #4
  bne @out
  lda frame
  lsr a
  lsr a
  lsr a
  and #7
  sta t0
  ldx map_theme
  ldy theme_shimmer,x
  beq @out                 ; none
  txa
  asl a
  asl a
  asl a
  ora t0
  tax
  lda theme_shades,x
  jmp queue_colour
@out:
  rts

; Fenn's colours after a change: golden while he throws acorns.
fenn_colours:
  lda colours_due
  beq @out
  lda vq_len
  cmp #24
  bcs @out
  tax
  lda #0
  sta colours_due
  ldy #0
  lda power
  cmp #2
  bcc @usual
  ldy #6
@usual:
  lda #6
  sta t0
@byte:
  lda @colours,y
  sta vq,x
  inx
  iny
  dec t0
  bne @byte
  stx vq_len
@out:
  rts
@colours:
  .byte $3F,$11, 3, $0F,$26,$37
  .byte $3F,$11, 3, $0F,$28,$30

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
  lda @shades,y
  ldy #$0F
  jmp queue_colour
@out:
  rts
@shades: .byte $28,$28,$28,$28,$28,$38,$38,$27
