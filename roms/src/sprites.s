; Drawing everything that moves into the sprite list.

clear_sprites:
  lda #$F8
  ldx #0
@byte:
  sta oam,x
  inx
  bne @byte
  stx oam_i
  rts

; Frame ptr at (draw_x, draw_y), both 16 bit, with attributes draw_attr: palette,
; $40 mirrored, $80 upside down. What is off the screen is left out.
draw_frame:
  ldy #0
  lda (ptr),y
  sta t0                   ; tiles across
  iny
  lda (ptr),y
  sta t1                   ; tiles down
  iny
  sty t2                   ; next tile
  bit draw_attr
  bpl @row                 ; upside down: start with the lowest row
  lda t1
  sec
  sbc #1
  asl a
  asl a
  asl a
  clc
  adc draw_y
  sta draw_y
  bcc @row
  inc draw_y+1
@row:
  lda draw_x
  sta t3
  lda draw_x+1
  sta t4
  bit draw_attr
  bvc @start
  lda t0
  sec
  sbc #1
  asl a
  asl a
  asl a
  clc
  adc t3
  sta t3
  bcc @start
  inc t4
@start:
  lda t0
  sta t5
@tile:
  lda t4
  bne @next
  lda draw_y+1
  bne @next
  lda draw_y
  beq @next
  cmp #240
  bcs @next
  ldy t2
  lda (ptr),y
  beq @next                ; tile 0 is blank
  ldx oam_i
  sta oam+1,x
  ldy draw_y
  dey
  tya
  sta oam,x
  lda draw_attr
  sta oam+2,x
  lda t3
  sta oam+3,x
  txa
  clc
  adc #4
  beq @full
  sta oam_i
@next:
  inc t2
  lda t3
  bit draw_attr
  bvs @leftwards
  clc
  adc #8
  sta t3
  bcc @more
  inc t4
  bcs @more
@leftwards:
  sec
  sbc #8
  sta t3
  bcs @more
  dec t4
@more:
  dec t5
  bne @tile
  bit draw_attr
  bmi @upwards
  lda draw_y
  clc
  adc #8
  sta draw_y
  bcc @next_row
  inc draw_y+1
  bcs @next_row
@upwards:
  lda draw_y
  sec
  sbc #8
  sta draw_y
  bcs @next_row
  dec draw_y+1
@next_row:
  dec t1
  beq @full
  jmp @row
@full:
  rts

draw_all:
  jsr clear_sprites
  lda #23                  ; sprite 0: its lowest row on line 31, behind the bar
  sta oam
  lda #SPRITE_DOT
  sta oam+1
  lda #%00100011
  sta oam+2
  lda #100
  sta oam+3
  lda #4
  sta oam_i
  jsr draw_player
  jsr draw_hop
  jsr draw_effects
  ldx #1
@next:
  lda slot_used,x
  beq @skip
  txa
  pha
  jsr draw_object
  pla
  tax
@skip:
  inx
  cpx #7
  bne @next
  rts

; ---- Fenn ----
POSE_STAND = 0
POSE_WALK  = 1             ; to 3
POSE_JUMP  = 4
POSE_SKID  = 5

draw_player:
  lda clear_phase          ; inside the lodge
  bne @hidden
  lda player_state
  cmp #PS_DEAD
  beq @hidden
  lda injury_timer         ; flickers while nothing can hurt
  beq @visible
  lda frame
  and #2
  bne @hidden
@visible:
  lda player_sx
  sta draw_x
  lda #0
  sta draw_x+1
  sta draw_attr
  lda facing
  cmp #DIR_LEFT
  bne @right
  lda #$40
  sta draw_attr
@right:
  lda obj_y
  sta draw_y
  lda obj_view
  sec
  sbc #1
  sta draw_y+1
  lda player_state
  cmp #PS_DYING
  bne @alive
  lda #<frame_small_lost
  sta ptr
  lda #>frame_small_lost
  sta ptr+1
  jmp small_y
@hidden:
  rts
@alive:
  jsr choose_pose
  lda #1
  sta player_small
  lda power
  beq @small
  dec player_small
@small:
  lda player_state         ; growing and shrinking: both sizes in turn
  cmp #PS_GROW
  bcc @size
  lda pose_timer
  and #4
  beq @size
  lda player_small
  eor #1
  sta player_small
@size:
  lda player_small
  bne @draw_small
  lda tall_low,y
  sta ptr
  lda tall_high,y
  sta ptr+1
  jmp draw_frame
@draw_small:
  lda small_low,y
  sta ptr
  lda small_high,y
  sta ptr+1
small_y:
  lda draw_y
  clc
  adc #16
  sta draw_y
  bcc @draw
  inc draw_y+1
@draw:
  jmp draw_frame

; Y = pose.
choose_pose:
  ldy #POSE_JUMP
  lda float_state
  bne @out
  ldy #POSE_SKID
  lda skidding
  bne @out
  ldy #POSE_STAND
  jsr abs_speed
  beq @out
  lsr a                    ; one step every 8 pixels or so
  clc
  adc #3
  clc
  adc anim
  sta anim
  lsr a
  lsr a
  lsr a
  lsr a
  lsr a
  lsr a
  tay
  lda walk_cycle,y
  tay
@out:
  rts
walk_cycle: .byte POSE_WALK, POSE_WALK+1, POSE_WALK+2, POSE_WALK+1

small_low:  .byte <frame_small_stand, <frame_small_walk1, <frame_small_walk2, <frame_small_walk3, <frame_small_jump, <frame_small_skid
small_high: .byte >frame_small_stand, >frame_small_walk1, >frame_small_walk2, >frame_small_walk3, >frame_small_jump, >frame_small_skid
tall_low:   .byte <frame_tall_stand, <frame_tall_walk1, <frame_tall_walk2, <frame_tall_walk3, <frame_tall_jump, <frame_tall_skid
tall_high:  .byte >frame_tall_stand, >frame_tall_walk1, >frame_tall_walk2, >frame_tall_walk3, >frame_tall_jump, >frame_tall_skid

; ---- the others ----
draw_object:
  jsr object_on_screen
  lda t0
  sta draw_x
  lda t1
  sta draw_x+1
  lda obj_y,x
  clc
  adc #8                   ; the picture is the lower 16 of 24 pixels
  sta draw_y
  lda obj_view,x
  adc #0
  sec
  sbc #1
  sta draw_y+1
  ldy #0
  lda obj_type,x
  cmp #TYPE_LEAF
  beq @leaf
  cmp #TYPE_PENNANT
  beq @pennant
  lda #1
  sta draw_attr
  lda obj_state,x
  cmp #STATE_FLAT
  beq @flat
  cmp #STATE_OFF
  bne @walking
  lda #$81
  bne @attr
@walking:
  lda frame
  and #8
  asl a
  asl a
  asl a
  ora #1
@attr:
  sta draw_attr
  jmp @draw
@flat:
  ldy #1
  jmp @draw
@leaf:
  lda #2
  sta draw_attr
  lda obj_timer,x          ; behind its block while it grows
  beq @out_of_block
  lda #$22
  sta draw_attr
@out_of_block:
  ldy #2
  jmp @draw
@pennant:
  lda #3
  sta draw_attr
  lda draw_x
  clc
  adc #10
  sta draw_x
  bcc @same
  inc draw_x+1
@same:
  ldy #3
@draw:
  lda @low,y
  sta ptr
  lda @high,y
  sta ptr+1
  jmp draw_frame
@low:  .byte <frame_beetle, <frame_beetle_flat, <frame_leaf, <frame_pennant
@high: .byte >frame_beetle, >frame_beetle_flat, >frame_leaf, >frame_pennant

draw_hop:
  ldy hop_timer
  beq @out
  lda hop_x
  sec
  sbc left_x
  sta draw_x
  lda hop_page
  sbc left_page
  sta draw_x+1
  lda #0
  sta draw_y+1
  lda hop_y
  sec
  sbc @height,y
  sta draw_y
  lda #3
  sta draw_attr
  ldx hop_kind
  lda @low,x
  sta ptr
  lda @high,x
  sta ptr+1
  jmp draw_frame
@out:
  rts
@height: .byte 0, 1,2,4,5,6,7,7,7,6,5,4,2
@low:  .byte <frame_crate_hop, <frame_used_hop
@high: .byte >frame_crate_hop, >frame_used_hop

draw_effects:
  ldx #FX_COUNT-1
@next:
  lda fx_kind,x
  beq @skip
  tay
  lda fx_x,x
  sec
  sbc left_x
  sta draw_x
  lda fx_page,x
  sbc left_page
  sta draw_x+1
  lda fx_y,x
  sta draw_y
  lda #0
  sta draw_y+1
  lda @attr-1,y
  sta draw_attr
  lda @low-1,y
  sta ptr
  lda @high-1,y
  sta ptr+1
  txa
  pha
  jsr draw_frame
  pla
  tax
@skip:
  dex
  bpl @next
  rts
@attr: .byte 3, 3, 3, 3, 3, 3, 3
@low:  .byte <frame_chip, <frame_berry_pop, <frame_points_100, <frame_points_200, <frame_points_400, <frame_points_1000, <frame_points_1up
@high: .byte >frame_chip, >frame_berry_pop, >frame_points_100, >frame_points_200, >frame_points_400, >frame_points_1000, >frame_points_1up
