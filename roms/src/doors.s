; Logs and archways that lead to another map, and the checkpoint.
;
; A door is seven bytes in stage_doors: column, Fenn's y, kind, then the map, column, y / 16 and
; manner of the arrival. $FF ends the list.
DOOR_DOWN  = 0             ; a log: press Down on it
DOOR_RIGHT = 1             ; an archway: walk into it
DOOR_SIZE  = 7

; Fenn stands on the ground: is there a door?
check_doors:
  lda float_state
  ora riding
  bne @out
  ldy #0
@next:
  lda (stage_doors),y
  cmp #$FF
  beq @out
  sta t0
  sty door_i
  iny
  lda (stage_doors),y
  cmp obj_y
  bne @skip
  iny
  lda (stage_doors),y
  bne @arch
  lda held
  and #BUTTON_DOWN
  beq @skip
  jsr @from_column         ; the log is two blocks wide: its middle
  cmp #3
  bcc @skip
  cmp #14
  bcs @skip
  lda #PS_DOWN
  bne @enter
@arch:
  jsr @from_column         ; (a wall behind it stops him at 2)
  cmp #16
  bcs @skip
  lda #PS_RIGHT
@enter:
  sta player_state
  lda #40
  sta warp_timer
  lda #0
  sta obj_xs
  sta xs_lo
  lda #SFX_SHRINK
  sta sfx_ask
  rts
@skip:
  lda door_i
  clc
  adc #DOOR_SIZE
  tay
  bne @next
@out:
  rts
; A = Fenn's x less that of column t0, $FF when far.
@from_column:
  lda t0
  asl a
  asl a
  asl a
  asl a
  sta t1
  lda t0
  lsr a
  lsr a
  lsr a
  lsr a
  sta t2
  lda obj_x
  sec
  sbc t1
  tax
  lda obj_page
  sbc t2
  bne @far
  txa
  rts
@far:
  lda #$FF
  rts

; Into the door, behind the picture, and out at the other end.
door_frame:
  lda warp_timer
  beq @through
  dec warp_timer
  lda player_state
  cmp #PS_RIGHT
  beq @right
  inc obj_y
  rts
@right:
  lda frame
  and #1
  beq @out
  inc obj_x
  bne @out
  inc obj_page
@out:
  rts
@through:
  lda door_i
  clc
  adc #3
  tay
  lda (stage_doors),y
  sta map_no
  iny
  lda (stage_doors),y
  sta arrive_col
  iny
  lda (stage_doors),y
  sta arrive_row
  iny
  lda (stage_doors),y
  sta arrive_how
  jmp enter_map

; Up out of the log.
RISE = 32
rise_frame:
  lda warp_timer
  beq @out
  dec warp_timer
  dec obj_y
  rts
@out:
  lda #PS_NORMAL
  sta player_state
  rts

; The lantern post in mid-stage lights up when Fenn comes by: later lives start there.
check_lantern:
  ldy map_no
  lda map_lantern,y
  beq @out
  sta t3
  lda passed_map
  bne @out
  lda obj_x
  lsr a
  lsr a
  lsr a
  lsr a
  sta t0
  lda obj_page
  asl a
  asl a
  asl a
  asl a
  ora t0
  cmp t3
  bcc @out
  lda vq_len               ; (the next frame will do)
  bne @out
  iny
  sty passed_map
  lda #SFX_LIGHT
  sta sfx_ask
  jmp light_lantern
@out:
  rts

; Its block, lit.
light_lantern:
  ldy map_no
  lda map_lantern,y
  ldx map_lantern_row,y
  stx t0
  ldy t0
  jsr block_at
  lda #MT_LANTERN_ON
  jmp show_block
