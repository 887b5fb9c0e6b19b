; The bar at the top: score, berries, stage, clock. Lines 0-31, fixed by sprite 0.

; Rendering off. The second nametable has the band, too: the scroll changes before the right end of
; line 31, and what then comes in from there is up to 7 pixels of its first column.
draw_status_bar:
  lda #$20
  jsr @blank
  lda #$24
  jsr @blank
  script @text
  lda #$20
  sta PPUADDR
  lda #$73
  sta PPUADDR
  jsr put_stage_number
  lda #7
  sta status_dirty
  rts
; The band without text in the nametable whose high address byte is A.
@blank:
  tay
  sta PPUADDR
  lda #0
  sta PPUADDR
  ldx #128
  lda #T_BAND
@band:
  sta PPUDATA
  dex
  bne @band
  tya
  ora #$03
  sta PPUADDR
  lda #$C0
  sta PPUADDR
  lda #$FF
  ldx #8
@attr:
  sta PPUDATA
  dex
  bne @attr
  rts
@text:
  .byte $20,$43, 4, "FENN"
  .byte $20,$52, 5, "STAGE"
  .byte $20,$5A, 4, "TIME"
  .byte $20,$6B, 2, T_COIN, "*"
  .byte 0

; Queues the numbers that changed.
draw_status:
  lda vq_len
  cmp #24                  ; a busy frame: the next will do
  bcs @out
  lda col_ready            ; nor beside a column: vblank is short
  bne @out
  lsr status_dirty
  bcc @no_score
  lda #$63
  ldy #6
  jsr start_digits
  ldy #1                   ; the six lower of seven digits, the last always 0
@digit:
  lda score,y
  jsr put_digit
  iny
  cpy #6
  bne @digit
  lda #0
  jsr put_digit
@no_score:
  lsr status_dirty
  bcc @no_coins
  lda #$6D
  ldy #2
  jsr start_digits
  lda coins
  jsr put_digit
  lda coins+1
  jsr put_digit
@no_coins:
  lsr status_dirty
  bcc @out
  lda #$7B
  ldy #3
  jsr start_digits
  lda clock
  jsr put_digit
  lda clock+1
  jsr put_digit
  lda clock+2
  jsr put_digit
@out:
  rts

; A queue entry of Y digits at $2000 + A.
start_digits:
  ldx vq_len
  sta vq+1,x
  lda #$20
  sta vq,x
  tya
  sta vq+2,x
  inx
  inx
  inx
  stx vq_len
  rts
put_digit:
  ldx vq_len
  clc
  adc #T_ZERO
  sta vq,x
  inc vq_len
  rts

; Adds A to score digit X (5 tens, 4 hundreds, 3 thousands), with carries.
add_score:
  clc
  adc score,x
  sta score,x
  lda status_dirty
  ora #1
  sta status_dirty
@carry:
  lda score,x
  cmp #10
  bcc @out
  sbc #10
  sta score,x
  dex
  bmi @out
  inc score,x
  bne @carry
@out:
  rts
