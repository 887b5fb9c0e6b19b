; Rafts that carry Fenn, and bars of fire.

; ---- rafts: objects FIRST_RAFT to LAST_RAFT, 48 pixels wide ----
RAFT_WIDTH = 48
move_rafts:
  ldx #LAST_RAFT
@next:
  lda extra_on,x
  beq @skip
  jsr move_raft
@skip:
  dex
  cpx #FIRST_RAFT-1
  bne @next
  rts

move_raft:
  jsr object_on_screen     ; well behind the screen: gone
  lda t1
  bpl @here
  cmp #$FF
  bne @gone
  lda t0
  cmp #$90
  bcs @here
@gone:
  lda #0
  sta extra_on,x
  rts
@here:
  lda raft_kind,x
  cmp #RAFT_UPDOWN
  beq @updown
  cmp #RAFT_DROP
  beq @drop
  cmp #RAFT_UP
  beq @up
  cmp #RAFT_DOWN
  beq @down
  lda obj_x,x              ; across: Fenn goes along
  pha
  jsr @swing
  lda @across,y
  sta obj_xs,x
  jsr move_across
  pla
  cpx riding
  bne @out
  eor #$FF                 ; new x - old x
  sec
  adc obj_x,x
  ldx #0
  jsr shift_x
  ldx riding
@out:
  rts
@updown:
  jsr @swing
  lda @along,y
  jmp move_down
@up:
  dec obj_y,x              ; over the top: in again from below
  lda obj_y,x
  cmp #32
  bcs @out
  lda #238
  sta obj_y,x
  bne @drop_rider
@down:
  inc obj_y,x
  lda obj_y,x
  cmp #238
  bcc @out
  lda #32
  sta obj_y,x
@drop_rider:
  cpx riding
  bne @out
  lda #0
  sta riding
  rts
@drop:                     ; trembles under Fenn, then falls
  lda obj_timer,x
  cmp #14
  bcs @falling
  cpx riding
  bne @out
  inc obj_timer,x
  rts
@falling:
  lda #$18
  jsr fall_with
  lda obj_y,x
  cmp #236
  bcc @hangs
  lda #0
  sta extra_on,x
@hangs:
  rts

; Y = where in its swing raft X is, 0-15.
@swing:
  inc obj_timer,x
  lda obj_timer,x
  lsr a
  lsr a
  lsr a
  lsr a
  tay
  rts
@across: .byte 6,12,16,16,16,16,12,6,<-6,<-12,<-16,<-16,<-16,<-16,<-12,<-6
@along:  .byte 4,8,10,10,10,10,8,4,<-4,<-8,<-10,<-10,<-10,<-10,<-8,<-4

; Carry set while the raft under Fenn still is; his feet go where it goes. X = 0.
raft_holds:
  ldx riding
  lda extra_on,x
  beq @off
  jsr over_raft
  bcc @off
  lda obj_y,x
  sec
  sbc #32
  sta obj_y
  ldx #0
  sec
  rts
@off:
  ldx #0
  stx riding
  clc
  rts

; Falling Fenn lands on a raft whose top his feet have just passed. X = 0.
land_on_raft:
  lda obj_view
  cmp #1
  bne @out
  ldx #LAST_RAFT
@next:
  lda extra_on,x
  beq @skip
  lda obj_y
  clc
  adc #32
  sec
  sbc obj_y,x
  cmp #8
  bcs @skip
  jsr over_raft
  bcs @stands
@skip:
  dex
  cpx #FIRST_RAFT-1
  bne @next
@out:
  ldx #0
  rts
@stands:
  stx riding
  lda obj_y,x
  sec
  sbc #32
  sta obj_y
  ldx #0
  stx obj_ysub
  stx obj_vy
  stx obj_vysub
  stx float_state
  stx stomps
  rts

; Carry set when a foot of Fenn is above raft X.
over_raft:
  lda obj_x
  sec
  sbc obj_x,x
  sta t0
  lda obj_page
  sbc obj_page,x
  sta t1
  lda t0
  clc
  adc #12
  sta t0
  lda t1
  adc #0
  bne @no
  lda #RAFT_WIDTH+8
  cmp t0
  rts
@no:
  clc
  rts

; ---- bars of fire: balls in a row turning about a block ----
move_bar:
  lda #2
  ldy obj_type,x
  cpy #TYPE_BAR
  beq @turn
  lda #<-2
@turn:
  clc
  adc obj_timer,x
  sta obj_timer,x
  jsr leave_screen
  lda slot_used,x
  beq @out
  lda player_state
  cmp #PS_NORMAL
  bne @out
  lda obj_view
  cmp #1
  bne @out
  jsr bar_balls
  jsr head_offset
  tya
  sta t0
  clc
  adc obj_y
  sta t1                   ; Fenn's head
  lda #36-2
  sec
  sbc t0
  sta t2                   ; ball top - head + 5 must be less
  ldy #BALLS-1
@ball:
  lda ball_off,y
  bne @skip
  lda ball_x,y
  sec
  sbc player_sx
  clc
  adc #3
  cmp #14
  bcs @skip
  lda ball_y,y
  sec
  sbc t1
  clc
  adc #4
  cmp t2
  bcc @hurt
@skip:
  dey
  bpl @ball
@out:
  rts
@hurt:
  jmp hurt_by

; Where the balls of bar X are on the screen: ball_x, ball_y; ball_off not 0 beside it.
bar_balls:
  stx bar_slot
  jsr object_on_screen
  lda t0
  clc
  adc #4
  sta t0
  lda t1
  adc #0
  sta t1
  lda obj_y,x
  clc
  adc #12
  sta t4
  lda obj_timer,x
  lsr a
  lsr a
  lsr a
  tay
  lda bar_steps,y          ; from ball to ball, in half pixels
  sta t2
  tya
  clc
  adc #24                  ; a quarter turn back: the sine
  and #31
  tay
  lda bar_steps,y
  sta t3
  lda #0
  sta t5
  sta t6
  tay
@ball:
  ldx #0
  lda t5
  cmp #$80
  ror a
  bpl @right
  dex
@right:
  clc
  adc t0
  sta ball_x,y
  txa
  adc t1
  sta ball_off,y
  lda t6
  cmp #$80
  ror a
  clc
  adc t4
  sta ball_y,y
  lda t5
  clc
  adc t2
  sta t5
  lda t6
  clc
  adc t3
  sta t6
  iny
  cpy #BALLS
  bne @ball
  ldx bar_slot
  rts
bar_steps:                 ; 16 cos(n / 32 turn)
  .byte 16,16,15,13,11,9,6,3,0,<-3,<-6,<-9,<-11,<-13,<-15,<-16
  .byte <-16,<-16,<-15,<-13,<-11,<-9,<-6,<-3,0,3,6,9,11,13,15,16
