; Power-ups out of boxes, and the acorns that Fenn throws.

LEAF_SPEED = 16            ; 1/16 pixels per frame
ITEM_LEAF  = 0             ; makes tall; obj_state of the object
ITEM_ACORN = 1             ; lets tall Fenn throw
ITEM_LIFE  = 2

; Item A grows out of the probed block.
grow_item:
  ldx #LEAF
  sta obj_state,x
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
  lda #DIR_RIGHT
  sta obj_dir,x
  lda #SFX_SPROUT
  sta sfx_ask
  ldx #0
  rts

move_item:
  lda obj_timer,x
  beq @drift
  lda frame
  and #1
  bne @out
  dec obj_timer,x
  dec obj_y,x
  rts
@drift:
  lda obj_state,x          ; the acorn stays where it is
  cmp #ITEM_ACORN
  beq @meet
  lda #LEAF_SPEED
  jsr walk
@meet:
  jsr leave_screen
  lda slot_used,x
  beq @out
  jsr overlap
  bcc @out
  lda #0
  sta slot_used,x
  lda obj_state,x
  cmp #ITEM_LIFE
  beq @life
  lda #5                   ; 1000
  jsr chain_points
  lda #SFX_GROW
  sta sfx_ask
  lda obj_state,x
  beq @leaf
  lda #2
  sta power
  sta colours_due
  lda #PS_GROW
  bne @pose
@leaf:
  lda power
  bne @out
  lda #1
  sta power
  lda #PS_GROW
@pose:
  sta player_state
  lda #48
  sta pose_timer
@out:
  rts
@life:
  lda #CHAIN_LIFE
  jmp chain_points

; ---- thrown acorns: two at most; they bounce along until they hit something ----
SHOT_SPEED = $40
throw_shot:
  lda throw_timer
  beq @ready
  dec throw_timer
@ready:
  lda power
  cmp #2
  bne @out
  lda ducking
  bne @out
  lda pressed
  and #BUTTON_B
  beq @out
  ldx #FIRST_SHOT
  lda extra_on,x
  beq @free
  inx
  lda extra_on,x
  bne @out
@free:
  inc extra_on,x
  lda obj_x
  clc
  adc #4
  sta obj_x,x
  lda obj_page
  adc #0
  sta obj_page,x
  lda obj_y
  clc
  adc #8
  sta obj_y,x
  lda obj_view
  sta obj_view,x
  lda facing
  sta obj_dir,x
  lda #2
  sta obj_vy,x
  lda #0
  sta obj_vysub,x
  sta obj_ysub,x
  sta obj_xsub,x
  lda #10
  sta throw_timer
  lda #SFX_THROW
  sta sfx_ask
@out:
  rts

move_shots:
  ldx #LAST_SHOT
@next:
  lda extra_on,x
  beq @skip
  jsr move_shot
@skip:
  dex
  cpx #FIRST_SHOT-1
  bne @next
  rts

burst:
  lda #SFX_BUMP
  sta sfx_ask
shot_gone:
  lda #0
  sta extra_on,x
  rts

move_shot:
  lda #SHOT_SPEED
  ldy obj_dir,x
  cpy #DIR_RIGHT
  beq @fly
  lda #<-SHOT_SPEED
@fly:
  sta obj_xs,x
  jsr move_across
  lda #$50
  jsr fall_with
  lda obj_view,x
  cmp #1
  bne shot_gone
  jsr object_on_screen
  lda t1
  bne shot_gone
  lda #4
  ldy #4
  jsr probe                ; into a wall
  bcs burst
  lda #4
  ldy #8
  jsr probe
  bcc @hits
  lda obj_vy,x             ; off the floor
  bmi @hits
  lda #$FD
  sta obj_vy,x
  lda #0
  sta obj_vysub,x
@hits:
  ldy #5
@enemy:
  lda slot_used,y
  beq @skip
  lda obj_state,y
  and #STATE_FLAT | STATE_OFF
  bne @skip
  lda obj_x,x              ; -6 to 15 across, and down the enemy's lower 16
  sec
  sbc obj_x,y
  sta t0
  lda obj_page,x
  sbc obj_page,y
  sta t1
  lda t0
  clc
  adc #6
  sta t0
  lda t1
  adc #0
  bne @skip
  lda obj_type,y
  cmp #TYPE_BADGER
  beq @badger
  lda t0
  cmp #21
  bcs @skip
  lda obj_y,x
  sec
  sbc obj_y,y
  cmp #24
  bcs @skip
  sty t5
  lda obj_type,y
  tay
  lda type_traits,y
  ldy t5
  and #FALLS
  beq @skip
  jmp @knock
@badger:
  lda t0
  cmp #36
  bcs @skip
  lda obj_y,x
  clc
  adc #8
  sec
  sbc obj_y,y
  cmp #32
  bcs @skip
  dec boss_life
  beq @knock
  jmp burst
@knock:
  jsr burst
  txa
  pha
  tya
  tax
  jsr knock_off
  pla
  tax
  rts
@skip:
  dey
  bne @enemy
  rts
