; Fenn's motion and the arithmetic of moving anything.
;
; Across: speeds are 1/16 pixel per frame in obj_xs, with xs_lo as 1/256 of that.
; Down: pixels per frame in obj_vy, 1/256 in obj_vysub.

WALK_SPEED  = $18          ; 1.5 pixels per frame
RUN_SPEED   = $28          ; 2.5
WALK_ACCEL  = $E0          ; brisk: buttons pressed at random should get somewhere too
RUN_ACCEL   = $FF
FRICTION    = $D0
SKID_BRAKE  = $A0          ; added to one whole unit
FALL_LIMIT  = 4            ; and a half

move_player:
  jsr duck
  jsr steer
  jsr player_x
  jsr jump
  jmp player_y

; ---- ducking ----
; Tall Fenn ducks on the ground while Down is held, and as long as there is no room above.
duck:
  lda power
  beq @no
  lda float_state
  bne @out                 ; in the air: as he took off
  lda held
  and #BUTTON_DOWN
  bne @yes
  lda ducking
  beq @out
  ldx #0
  lda #FOOT_LEFT
  ldy #6
  jsr probe
  bcs @yes
  lda #FOOT_RIGHT
  ldy #6
  jsr probe
  bcs @yes
@no:
  lda #0
  sta ducking
@out:
  rts
@yes:
  lda #1
  sta ducking
  rts

; ---- left and right ----
steer:
  lda #0
  sta skidding
  lda #WALK_SPEED          ; B makes Fenn run; in the air he keeps the speed of take-off
  sta max_speed
  lda #WALK_ACCEL
  sta accel
  lda float_state
  bne @in_air
  lda held
  and #BUTTON_B
  beq @pad
@run:
  lda #RUN_SPEED
  sta max_speed
  lda #RUN_ACCEL
  sta accel
  bne @pad
@in_air:
  jsr abs_speed
  cmp #WALK_SPEED+1
  bcs @run
@pad:
  lda ducking
  beq @free
  lda float_state
  beq coast
@free:
  lda held
  and #BUTTON_LEFT | BUTTON_RIGHT
  beq coast
  cmp #BUTTON_LEFT | BUTTON_RIGHT
  beq coast
  cmp #BUTTON_RIGHT
  beq @right
  ldx #DIR_LEFT            ; the same as to the right, seen in a mirror
  jsr turn
  jsr negate_speed
  jsr push
  jmp negate_speed
@right:
  ldx #DIR_RIGHT
  jsr turn
  jmp push

; Fenn faces where the pad says, but not in mid-air.
turn:
  lda float_state
  bne @out
  stx facing
@out:
  rts

coast:
  lda float_state          ; no friction in the air
  bne @out
  lda obj_xs
  ora xs_lo
  beq @out
  lda obj_xs
  bmi @left
  jmp slow_down
@left:
  jsr negate_speed
  jsr slow_down
  jmp negate_speed
@out:
  rts

; Speed is not negative: takes FRICTION off, not below zero.
slow_down:
  lda xs_lo
  sec
  sbc #FRICTION
  sta xs_lo
  bcs @out
  dec obj_xs
  bpl @out
  lda #0
  sta obj_xs
  sta xs_lo
@out:
  rts

; The pad pushes to the right (or, mirrored, to the left).
push:
  lda obj_xs
  bmi @against
  cmp max_speed
  bcs @too_fast
  lda xs_lo
  adc accel                ; carry is clear
  sta xs_lo
  bcc @out
  inc obj_xs
  lda obj_xs
  cmp max_speed
  bcc @out
  lda #0
  sta xs_lo
  rts
@too_fast:
  bne @brake
  lda xs_lo
  beq @out
@brake:
  lda float_state
  bne @out
  jsr slow_down
  lda obj_xs
  cmp max_speed
  bcs @out
  lda max_speed
  sta obj_xs
  lda #0
  sta xs_lo
  rts
@against:
  lda float_state
  bne @air_brake
  lda obj_xs
  cmp #$F5                 ; faster than 11/16 the other way: skid
  bcs @no_skid
  inc skidding
@no_skid:
  lda xs_lo
  clc
  adc #SKID_BRAKE
  sta xs_lo
  lda obj_xs
  adc #1
  sta obj_xs
  rts
@air_brake:
  lda xs_lo
  clc
  adc #RUN_ACCEL
  sta xs_lo
  bcc @out
  inc obj_xs
@out:
  rts

negate_speed:
  lda #0
  sec
  sbc xs_lo
  sta xs_lo
  lda #0
  sbc obj_xs
  sta obj_xs
  rts

; A = |speed|, whole units.
abs_speed:
  lda obj_xs
  bpl @out
  eor #$FF
  clc
  adc #1
@out:
  rts

; Object X moves across by its speed.
move_across:
  lda obj_xs,x
  asl a
  asl a
  asl a
  asl a
  sta t0
  lda obj_xs,x
  lsr a
  lsr a
  lsr a
  lsr a
  cmp #8                   ; sign extend the nibble
  bcc @positive
  ora #$F0
@positive:
  sta t1
  ldy #0
  and #$80
  beq @forward
  dey
@forward:
  sty t2
  lda obj_xsub,x
  clc
  adc t0
  sta obj_xsub,x
  lda obj_x,x
  adc t1
  sta obj_x,x
  lda obj_page,x
  adc t2
  sta obj_page,x
  rts

; Adds the signed byte A to object X's x.
shift_x:
  ldy #0
  cmp #$80
  bcc @positive
  dey
@positive:
  sty t2
  clc
  adc obj_x,x
  sta obj_x,x
  lda obj_page,x
  adc t2
  sta obj_page,x
  rts

; ---- jumping and falling ----
FAST = $19                 ; from this speed on, the running jump
jump:
  lda float_state
  bne @out
  lda pressed
  and #BUTTON_A
  beq @out
  ldy #0
  jsr abs_speed
  cmp #FAST
  bcc @slow
  iny
@slow:
  lda @speed,y
  sta obj_vy
  lda @lift,y
  sta g_up
  lda @fall,y
  sta g_down
  lda #0
  sta obj_vysub
  sta obj_ysub
  sta riding
  lda #1
  sta float_state
  lda #SFX_JUMP
  sta sfx_ask
@out:
  rts
@speed: .byte $FC, $FB
@lift:  .byte $20, $28
@fall:  .byte $70, $90

; Object X falls with gravity A: moves by its speed first, then the speed grows.
fall_with:
  sta t0
  ldy #0
  lda obj_vy,x
  bpl @down
  dey
@down:
  sty t1
  lda obj_ysub,x
  clc
  adc obj_vysub,x
  sta obj_ysub,x
  lda obj_y,x
  adc obj_vy,x
  sta obj_y,x
  lda obj_view,x
  adc t1
  sta obj_view,x
  lda obj_vysub,x
  clc
  adc t0
  sta obj_vysub,x
  lda obj_vy,x
  adc #0
  sta obj_vy,x
  bmi @out
  cmp #FALL_LIMIT
  bcc @out
  bne @limit
  lda obj_vysub,x
  cmp #$80
  bcc @out
@limit:
  lda #FALL_LIMIT
  sta obj_vy,x
  lda #$80
  sta obj_vysub,x
@out:
  rts

player_y:
  ldx #0
  lda float_state
  bne @in_air
  lda riding
  beq @block
  jsr raft_holds
  bcs @out
@block:
  jsr feet_on_block
  bcs @out
  lda #2                   ; over an edge
  sta float_state
  lda #0
  sta obj_vy
  sta obj_vysub
  lda #$70
  sta g_up
  sta g_down
@out:
  jmp note_y
@in_air:
  lda held                 ; letting go of A ends the lift for good
  and #BUTTON_A
  bne @lifting
  lda g_down
  sta g_up
@lifting:
  lda obj_vy
  sta t7                   ; which way this frame's move goes
  bmi @rising
  lda g_down
  bne @move
@rising:
  lda g_up
@move:
  jsr fall_with
  lda t7
  bmi @head
  jsr land
  lda float_state
  beq note_y
  jsr land_on_raft
  jmp note_y
@head:
  jsr hit_head
note_y:
  lda obj_y
  sta player_sy
  rts
