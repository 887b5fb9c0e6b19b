; Things that only look: chips of a crate, berries popping, points rising.

FX_CHIP   = 1
FX_BERRY  = 2
FX_POINTS = 3              ; and up: FX_POINTS + which

; Y = a free effect, or the last one.
free_effect:
  ldy #0
@search:
  lda fx_kind,y
  beq @out
  iny
  cpy #FX_COUNT-1
  bne @search
@out:
  rts

; Points number Y of the chain (100, 200, 400, 500, 800, 1000, ... 8000, a life) rise from
; object X. X and Y are kept.
points_at:
  sty t2
  jsr free_effect
  lda t2
  clc
  adc #FX_POINTS
  sta fx_kind,y
  lda obj_page,x
  sta fx_page,y
  lda obj_x,x
  sta fx_x,y
  lda obj_y,x
  sta fx_y,y
  lda #0
  sta fx_vx,y
  sta fx_sub,y
  lda #$F0
  sta fx_vy,y
  lda #36
  sta fx_timer,y
  ldy t2
  rts

; Four chips fly from the probed block.
throw_chips:
  ldx #3
@chip:
  jsr free_effect
  lda #FX_CHIP
  sta fx_kind,y
  lda blk_page
  sta fx_page,y
  lda blk_px
  and #$F0
  clc
  adc @dx,x
  sta fx_x,y
  lda blk_i
  and #$F0
  clc
  adc @dy,x
  sta fx_y,y
  lda @vx,x
  sta fx_vx,y
  lda @vy,x
  sta fx_vy,y
  lda #0
  sta fx_sub,y
  lda #60
  sta fx_timer,y
  dex
  bpl @chip
  rts
@dx: .byte 0, 8, 0, 8
@dy: .byte 32, 32, 40, 40
@vx: .byte $FF, 1, $FF, 1
@vy: .byte $B0, $B0, $D0, $D0

move_effects:
  ldx #FX_COUNT-1
@next:
  lda fx_kind,x
  beq @skip
  dec fx_timer,x
  bne @move
@gone:
  lda #0
  sta fx_kind,x
  beq @skip
@move:
  lda fx_vx,x              ; across
  ldy #0
  cmp #$80
  bcc @right
  dey
@right:
  sty t0
  clc
  adc fx_x,x
  sta fx_x,x
  lda fx_page,x
  adc t0
  sta fx_page,x
  lda fx_vy,x              ; down: 1/16 pixels
  asl a
  asl a
  asl a
  asl a
  clc
  adc fx_sub,x
  sta fx_sub,x
  php
  lda fx_vy,x
  lsr a
  lsr a
  lsr a
  lsr a
  cmp #8
  bcc @down
  ora #$F0
@down:
  plp
  adc fx_y,x
  sta fx_y,x
  lda fx_kind,x
  cmp #FX_POINTS
  bcs @skip
  lda fx_vy,x              ; gravity
  clc
  adc #5
  bvs @fast
  sta fx_vy,x
@fast:
  lda fx_y,x
  cmp #236
  bcs @gone
@skip:
  dex
  bpl @next
  rts
