; Beetles, the leaf, and what happens when Fenn meets them.

ENEMY_SPEED = 8            ; 1/16 pixels per frame
LEAF_SPEED  = 16
ENEMY_FALL  = $30
STATE_WALK  = 0
STATE_FLAT  = 1
STATE_OFF   = 2            ; knocked off: falls out of the picture

move_enemies:
  ldx #1
@next:
  lda slot_used,x
  beq @skip
  jsr move_one
@skip:
  inx
  cpx #7
  bne @next
  jmp part_enemies

move_one:
  lda obj_type,x
  cmp #TYPE_PENNANT
  beq @out
  cmp #TYPE_LEAF
  bne @enemy
  jmp move_leaf
@enemy:
  lda obj_state,x
  cmp #STATE_FLAT
  beq @flat
  cmp #STATE_OFF
  beq @off
  lda #ENEMY_SPEED
  jsr walk
  jsr leave_screen
  lda slot_used,x
  beq @out
  jmp meet_enemy
@flat:
  dec obj_timer,x
  bne @out
  lda #0
  sta slot_used,x
@out:
  rts
@off:
  jsr move_across
  lda #ENEMY_FALL
  jsr fall_with
  jmp leave_screen

; Object X walks at speed A in its direction, turns at walls, falls.
walk:
  ldy obj_dir,x
  cpy #DIR_RIGHT
  beq @set
  eor #$FF
  clc
  adc #1
@set:
  sta obj_xs,x
  jsr move_across
  lda #ENEMY_FALL
  jsr fall_with
  lda obj_vy,x             ; feet
  bmi @sides
  lda #4
  ldy #24
  jsr probe
  bcs @floor
  lda #11
  ldy #24
  jsr probe
  bcc @sides
@floor:
  lda obj_y,x
  sec
  sbc #8
  and #15
  cmp #6
  bcs @sides
  sta t0
  lda obj_y,x
  sec
  sbc t0
  sta obj_y,x
  lda #0
  sta obj_vy,x
  sta obj_vysub,x
  sta obj_ysub,x
@sides:
  lda #1
  ldy obj_dir,x
  cpy #DIR_LEFT
  beq @probe
  lda #14
@probe:
  ldy #16
  jsr probe
  bcc @out
  lda obj_dir,x
  eor #DIR_LEFT | DIR_RIGHT
  sta obj_dir,x
@out:
  rts

; Frees object X when it is well left of the screen, far right of it, or below.
leave_screen:
  lda obj_view,x
  cmp #2
  bcs @free
  jsr object_on_screen
  lda t1
  beq @out                 ; on the screen
  cmp #$FF
  beq @left
  cmp #1
  bne @free
  lda t0
  cmp #80
  bcs @free
@out:
  rts
@left:
  lda t0
  cmp #$C0
  bcs @out
@free:
  lda #0
  sta slot_used,x
  rts

; t1:t0 = object X's x relative to the screen.
object_on_screen:
  lda obj_x,x
  sec
  sbc left_x
  sta t0
  lda obj_page,x
  sbc left_page
  sta t1
  rts

; Two that walk into each other part.
part_enemies:
  ldx #1
@first:
  lda slot_used,x
  beq @skip
  lda obj_type,x
  cmp #TYPE_PENNANT
  bcs @skip
  lda obj_state,x
  bne @skip
  stx t4
  ldy t4
@second:
  iny
  cpy #6
  beq @skip
  lda slot_used,y
  beq @second
  lda obj_type,y
  cmp #TYPE_PENNANT
  bcs @second
  lda obj_state,y
  bne @second
  lda obj_y,x
  sec
  sbc obj_y,y
  adc #9
  cmp #20
  bcs @second
  lda obj_x,x              ; x(X) - x(Y), if it is between -13 and 13
  sec
  sbc obj_x,y
  sta t0
  lda obj_page,x
  sbc obj_page,y
  beq @right_of
  cmp #$FF
  bne @second
  lda t0
  cmp #$F3
  bcc @second
  lda #DIR_LEFT            ; X is the left one
  sta obj_dir,x
  lda #DIR_RIGHT
  bne @set
@right_of:
  lda t0
  cmp #14
  bcs @second
  lda #DIR_RIGHT
  sta obj_dir,x
  lda #DIR_LEFT
@set:
  sta obj_dir,y
  jmp @second
@skip:
  inx
  cpx #5
  bne @first
  rts

; ---- Fenn meets object X ----
; Carry set when the boxes overlap. t5 = Fenn's feet less the object's top.
overlap:
  lda player_state
  cmp #PS_NORMAL
  bne @no
  lda obj_view
  cmp #1
  bne @no
  cmp obj_view,x
  bne @no
  lda obj_x
  sec
  sbc obj_x,x
  sta t0
  lda obj_page
  sbc obj_page,x
  beq @right
  cmp #$FF
  bne @no
  lda t0
  cmp #$F5                 ; -11
  bcs @down
@no:
  clc
  rts
@right:
  lda t0
  cmp #12
  bcs @no
@down:
  lda obj_y,x              ; feet below its top?
  clc
  adc #10
  sta t0
  lda obj_y
  clc
  adc #32
  bcs @no
  sec
  sbc t0
  bcc @no
  beq @no
  sta t5
  jsr head_offset          ; head above its bottom?
  tya
  clc
  adc obj_y
  sta t1
  lda t0
  clc
  adc #14
  cmp t1
  rts

meet_enemy:
  jsr overlap
  bcc @out
  lda float_state
  beq @hurt
  lda obj_vy
  bmi @hurt
  lda t5
  cmp #13
  bcs @hurt
  lda #STATE_FLAT          ; stomped
  sta obj_state,x
  lda #28
  sta obj_timer,x
  lda #$FC                 ; and off again
  sta obj_vy
  lda #0
  sta obj_vysub
  lda #$70
  sta g_down
  lda #$30
  sta g_up
  lda #1
  sta float_state
  lda #SFX_STOMP
  sta sfx_ask
  jmp stomp_points
@hurt:
  txa
  pha
  jsr player_hurt
  pla
  tax
@out:
  rts

; 100, 200, 400, 1000, then lives, as long as Fenn does not touch the ground.
stomp_points:
  txa
  pha
  ldy stomps
  cpy #4
  bcc @more
  ldy #4
  jsr points_at
  jsr extra_life
  jmp @out
@more:
  inc stomps
  jsr points_at
  ldx @digit,y
  lda @amount,y
  jsr add_score
@out:
  pla
  tax
  rts
@digit:  .byte 4,4,4,3
@amount: .byte 1,2,4,1

; A block was hit from below: whoever stands on it is knocked off.
knock_enemies:
  lda blk_i
  and #$F0
  clc
  adc #8                   ; its top, as the y of an enemy on it (32 - 24)
  sta t3
  ldx #5
@next:
  lda slot_used,x
  beq @skip
  lda obj_type,x
  cmp #TYPE_LEAF
  bcs @skip
  lda obj_state,x
  bne @skip
  lda obj_y,x
  sec
  sbc t3
  clc
  adc #4
  cmp #9
  bcs @skip
  lda blk_px               ; within 12 pixels of the block across?
  and #$F0
  sta t0
  lda obj_x,x
  sec
  sbc t0
  sta t0
  lda obj_page,x
  sbc blk_page
  beq @right
  cmp #$FF
  bne @skip
  lda t0
  cmp #$F3
  bcs @knock
  bcc @skip
@right:
  lda t0
  cmp #13
  bcs @skip
@knock:
  jsr knock_off
@skip:
  dex
  bne @next
  rts

; Object X flies off, upside down; 100 points.
knock_off:
  lda #STATE_OFF
  sta obj_state,x
  lda #$FD
  sta obj_vy,x
  lda #0
  sta obj_vysub,x
  lda #8
  sta obj_xs,x
  txa
  pha
  ldy #0
  jsr points_at
  lda #1
  ldx #4
  jsr add_score
  lda #SFX_STOMP
  sta sfx_ask
  pla
  tax
  rts

; ---- the leaf ----
grow_leaf:
  ldx #LEAF
  lda #1
  sta slot_used,x
  sta obj_view,x
  lda #TYPE_LEAF
  sta obj_type,x
  lda blk_page
  sta obj_page,x
  lda blk_px
  and #$F0
  sta obj_x,x
  lda blk_i
  and #$F0
  clc
  adc #32-8                ; inside the block; it rises 16 pixels
  sta obj_y,x
  lda #16
  sta obj_timer,x
  lda #0
  sta obj_vy,x
  sta obj_vysub,x
  sta obj_state,x
  lda #DIR_RIGHT
  sta obj_dir,x
  lda #SFX_SPROUT
  sta sfx_ask
  ldx #0
  rts

move_leaf:
  lda obj_timer,x
  beq @drift
  lda frame
  and #1
  bne @out
  dec obj_timer,x
  dec obj_y,x
  rts
@drift:
  lda #LEAF_SPEED
  jsr walk
  jsr leave_screen
  lda slot_used,x
  beq @out
  jsr overlap
  bcc @out
  lda #0
  sta slot_used,x
  txa
  pha
  ldy #3
  jsr points_at
  lda #1                   ; 1000
  ldx #3
  jsr add_score
  pla
  tax
  lda #SFX_GROW
  sta sfx_ask
  lda power
  bne @out
  lda #1
  sta power
  lda #PS_GROW
  sta player_state
  lda #48
  sta pose_timer
@out:
  rts
