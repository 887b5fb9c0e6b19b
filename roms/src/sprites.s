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
  jsr draw_shots
  jmp draw_rafts

; ---- Fenn ----
POSE_STAND = 0
POSE_WALK  = 1             ; to 3
POSE_JUMP  = 4
POSE_SKID  = 5
POSE_THROW = POSE_WALK

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
  lda warp_timer           ; in a door: behind it
  beq @in_front
  lda #$20
  sta draw_attr
@in_front:
  lda facing
  cmp #DIR_LEFT
  bne @right
  lda draw_attr
  ora #$40
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
  lda ducking
  bne @duck
  lda tall_low,y
  sta ptr
  lda tall_high,y
  sta ptr+1
  jmp draw_frame
@duck:
  lda #<frame_tall_duck
  sta ptr
  lda #>frame_tall_duck
  sta ptr+1
  jmp small_y
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
  ldy #POSE_THROW
  lda throw_timer
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
  lda obj_type,x
  cmp #TYPE_BAR
  beq @bar
  cmp #TYPE_BAR_BACK
  beq @bar
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
  ldy #LOOKS-1
  lda obj_type,x
@search:
  cmp look_types,y
  beq @found
  dey
  bpl @search
  rts
@bar:
  jmp draw_bar
@found:
  lda look_palettes,y
  sta draw_attr
  lda look_low,y
  sta ptr
  lda look_high,y
  sta ptr+1
  jmp (ptr)
.define LOOKERS look_beetle, look_snail, look_frog, look_moth, look_viper, look_urchin, look_ember, look_flame, look_badger, look_item, look_pennant, look_hazel
look_types:    .byte TYPE_BEETLE, TYPE_SNAIL, TYPE_FROG, TYPE_MOTH, TYPE_VIPER, TYPE_URCHIN, TYPE_EMBER, TYPE_FLAME, TYPE_BADGER, TYPE_LEAF, TYPE_PENNANT, TYPE_HAZEL
LOOKS = * - look_types
look_palettes: .byte 1, 2, 2, 1, $22, 1, 3, 3, 1, 2, 3, 3
look_low:  .lobytes LOOKERS
look_high: .hibytes LOOKERS

; Each: which of the frames below, and how. X is the object.
look_beetle:
  ldy #FRAME_BEETLE
  lda obj_state,x
  cmp #STATE_FLAT
  bne walks
  iny
  jmp draw_numbered
walks:                     ; the second step is the first, mirrored
  cmp #STATE_OFF
  beq upside_down
  lda frame
  and #8
  asl a
  asl a
  asl a
  ora draw_attr
  sta draw_attr
  jmp draw_numbered
upside_down:
  lda draw_attr
  ora #$80
  sta draw_attr
  jmp draw_numbered

look_urchin:
  ldy #FRAME_URCHIN
  jsr two_steps
  jsr by_direction
  lda obj_state,x
  cmp #STATE_OFF
  beq upside_down
  jmp draw_numbered

; Y goes on to the next frame every other eight frames.
two_steps:
  lda frame
  and #8
  beq @out
  iny
@out:
  rts

; Drawn looking to the right; mirrored when X looks to the left.
by_direction:
  lda obj_dir,x
  cmp #DIR_LEFT
  bne @out
  lda draw_attr
  ora #$40
  sta draw_attr
@out:
  rts

look_snail:
  ldy #FRAME_SHELL
  lda obj_state,x
  beq @walks
  cmp #STATE_OFF
  beq upside_down
  cmp #STATE_SLIDE
  bne @rest
  lda frame                ; spins
  and #4
  beq @draw
  iny
@draw:
  jmp draw_numbered
@rest:
  lda obj_timer,x          ; about to come out: it shakes
  beq @draw
  cmp #40
  bcs @draw
  lda frame
  and #2
  beq @draw
  inc draw_x
  jmp draw_numbered
@walks:
  ldy #FRAME_SNAIL
  lda frame
  and #16
  beq @turned
  iny
@turned:
  jsr by_direction
  jmp draw_numbered

look_frog:
  ldy #FRAME_FROG
  jsr by_direction
  lda obj_state,x
  cmp #STATE_FLAT
  beq @flat
  cmp #STATE_OFF
  beq upside_down
  lda obj_vy,x
  beq @sits
  iny
@sits:
  jmp draw_numbered
@flat:
  iny
  iny
  jmp draw_numbered

look_moth:
  ldy #FRAME_MOTH
  lda obj_state,x
  cmp #STATE_OFF
  beq @falls
  lda frame
  and #4
  beq @draw
  iny
@draw:
  jmp draw_numbered
@falls:
  jmp upside_down

look_viper:
  ldy #FRAME_VIPER
  lda obj_state,x
  beq @alive
  lda #2
  sta draw_attr
  jmp upside_down
@alive:
  lda frame
  and #16
  beq draw_numbered
  iny
  bne draw_numbered

look_ember:
  ldy #FRAME_EMBER
  lda obj_timer,x
  bne @deep
  jsr two_steps
  lda obj_vy,x
  bmi draw_numbered
  jmp upside_down
@deep:
  rts

look_flame:
  ldy #FRAME_FLAME
  jsr two_steps
  jmp draw_numbered

look_badger:
  lda draw_y               ; 32 pixels high, feet where the others have theirs
  sec
  sbc #16
  sta draw_y
  lda draw_y+1
  sbc #0
  sta draw_y+1
  ldy #FRAME_BADGER
  lda obj_state,x
  cmp #STATE_OFF
  beq @off
  cmp #STATE_STARE
  beq draw_numbered
  lda frame
  and #16
  beq draw_numbered
  iny
  bne draw_numbered
@off:
  jmp upside_down

look_hazel:
  lda draw_y
  sec
  sbc #8
  sta draw_y
  ldy #FRAME_HAZEL
  bne draw_numbered

look_item:
  lda obj_state,x
  clc
  adc #FRAME_LEAF
  tay
  lda obj_state,x          ; the acorn and the life are golden
  beq @green
  inc draw_attr
@green:
  lda obj_timer,x          ; behind its block while it grows
  beq draw_numbered
  lda draw_attr
  ora #$20
  sta draw_attr
  bne draw_numbered

look_pennant:
  lda draw_x
  clc
  adc #10
  sta draw_x
  bcc @same
  inc draw_x+1
@same:
  ldy #FRAME_PENNANT
draw_numbered:
  lda frames_low,y
  sta ptr
  lda frames_high,y
  sta ptr+1
  jmp draw_frame

.enum
  FRAME_BEETLE
  FRAME_BEETLE_FLAT
  FRAME_LEAF
  FRAME_ACORN
  FRAME_LIFE
  FRAME_PENNANT
  FRAME_SNAIL
  FRAME_SNAIL2
  FRAME_SHELL
  FRAME_SHELL2
  FRAME_FROG
  FRAME_FROG_LEAP
  FRAME_FROG_FLAT
  FRAME_MOTH
  FRAME_MOTH2
  FRAME_VIPER
  FRAME_VIPER2
  FRAME_URCHIN
  FRAME_URCHIN2
  FRAME_EMBER
  FRAME_EMBER2
  FRAME_FLAME
  FRAME_FLAME2
  FRAME_BADGER
  FRAME_BADGER2
  FRAME_HAZEL
  FRAME_RAFT
  FRAME_SHOT
.endenum
.define FRAMES1 frame_beetle, frame_beetle_flat, frame_leaf, frame_acorn, frame_life, frame_pennant
.define FRAMES2 frame_snail, frame_snail2, frame_shell, frame_shell2, frame_frog, frame_frog_leap, frame_frog_flat
.define FRAMES3 frame_moth, frame_moth2, frame_viper, frame_viper2, frame_urchin, frame_urchin2
.define FRAMES4 frame_ember, frame_ember2, frame_flame, frame_flame2, frame_badger, frame_badger2, frame_hazel, frame_raft, frame_shot
frames_low:
  .lobytes FRAMES1
  .lobytes FRAMES2
  .lobytes FRAMES3
  .lobytes FRAMES4
frames_high:
  .hibytes FRAMES1
  .hibytes FRAMES2
  .hibytes FRAMES3
  .hibytes FRAMES4

draw_shots:
  ldx #LAST_SHOT
@next:
  lda extra_on,x
  beq @skip
  lda #3                   ; tumbles
  sta draw_attr
  lda frame
  and #4
  beq @upright
  lda #$C3
  sta draw_attr
@upright:
  ldy #FRAME_SHOT
  jsr draw_extra
@skip:
  dex
  cpx #FIRST_SHOT-1
  bne @next
  rts

draw_rafts:
  ldx #LAST_RAFT
@next:
  lda extra_on,x
  beq @skip
  lda #3
  sta draw_attr
  ldy #FRAME_RAFT
  jsr draw_extra
@skip:
  dex
  cpx #FIRST_RAFT-1
  bne @next
  rts

; Object X with its picture at its own y; a raft about to fall trembles. X is kept.
draw_extra:
  jsr object_on_screen
  lda t0
  sta draw_x
  lda t1
  sta draw_x+1
  lda obj_y,x
  sta draw_y
  lda #0
  sta draw_y+1
  txa
  pha
  jsr draw_numbered
  pla
  tax
  rts

; The balls of bar X.
draw_bar:
  jsr bar_balls
  lda frame
  and #4
  lsr a
  lsr a
  clc
  adc #SPRITE_BALL         ; two pictures
  sta t0
  ldx oam_i
  ldy #BALLS-1
@ball:
  lda ball_off,y
  bne @skip
  lda ball_y,y
  sta oam,x
  lda t0
  sta oam+1,x
  lda #3
  sta oam+2,x
  lda ball_x,y
  sta oam+3,x
  txa
  clc
  adc #4
  beq @full
  tax
@skip:
  dey
  bpl @ball
  stx oam_i
@full:
  rts

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
@attr: .byte 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
.define EFFECT_FRAMES frame_chip, frame_berry_pop, frame_points_100, frame_points_200, frame_points_400, frame_points_500, frame_points_800, frame_points_1000, frame_points_2000, frame_points_4000, frame_points_5000, frame_points_8000, frame_points_1up
@low:  .lobytes EFFECT_FRAMES
@high: .hibytes EFFECT_FRAMES
