; The running game: one frame of a stage, by the player's state.

run_stage:
  jsr check_pause
  lda paused
  bne @frozen
  jsr tick_slow_timers
  lda #0
  sta scene_over
  jsr by_state
  lda scene_over           ; a life may have ended just now
  bne @out
  jsr move_camera
  jsr feed_columns
  jsr spawn_things
  lda player_state
  cmp #PS_GROW             ; growing, shrinking and dying stop the others
  bcs @still
  jsr move_objects
  jsr move_shots
@still:
  jsr move_effects
  jsr move_hop
  jsr draw_status
  jsr cycle_gold
  jsr shimmer
  jsr fenn_colours
  jmp draw_all
@frozen:
  jsr draw_all
@out:
  rts

by_state:
  lda mode
  cmp #MODE_PLAY
  beq @playing
  jmp end_frame
@playing:
  lda player_state
  cmp #PS_RIGHT
  beq @door
  cmp #PS_DOWN
  beq @door
  cmp #PS_SLIDE
  beq @slide
  cmp #PS_WALKIN
  beq @walk_in
  cmp #PS_DEAD
  beq @dead
  cmp #PS_ENTER
  beq @enter
  cmp #PS_GROW
  beq @change
  cmp #PS_SHRINK
  beq @change
  cmp #PS_DYING
  beq @dying
  jmp play_frame
@door:
  jmp door_frame
@slide:
  jmp slide_frame
@walk_in:
  jmp walk_in_frame
@dead:
  lda dead_timer
  beq @lost
  dec dead_timer
  rts
@lost:
  jmp lose_life
@dying:
  jmp dying_frame
@enter:
  lda warp_timer
  beq @ready
  jmp rise_frame
@ready:
  lda #PS_NORMAL
  sta player_state
  jmp play_frame
@change:
  dec pose_timer
  bne @out
  lda #PS_NORMAL
  sta player_state
@out:
  rts

play_frame:
  jsr tick_clock
  lda player_state
  cmp #PS_DYING            ; out of time
  beq @out
  jsr move_rafts
  jsr move_player
  lda obj_view
  cmp #2
  bcs @pit
  jsr touch_blocks
  lda mode                 ; the lever ends it all
  cmp #MODE_PLAY
  bne @out
  jsr throw_shot
  jsr check_lantern
  jsr check_doors
  jmp check_mast
@pit:
  lda #PS_DEAD
  sta player_state
  lda #130
  sta dead_timer
  lda #TUNE_LOST
  sta music_ask
@out:
  rts

check_pause:
  lda pressed
  and #BUTTON_START
  beq @out
  lda player_state
  cmp #PS_NORMAL
  bne @out
  lda paused
  eor #1
  sta paused
  lda #SFX_PAUSE
  sta sfx_ask
@out:
  rts

; Timers that count in steps of 21 frames.
tick_slow_timers:
  dec interval
  bpl @out
  lda #20
  sta interval
  lda injury_timer
  beq @intro
  dec injury_timer
@intro:
  lda intro_timer
  beq @out
  dec intro_timer
@out:
  rts

; The clock: one step every 24 frames.
tick_clock:
  lda clock_timer
  beq @tick
  dec clock_timer
  rts
@tick:
  lda #23
  sta clock_timer
  jsr clock_down
  lda clock+1
  ora clock+2
  bne @out
  lda clock
  beq @over
  cmp #1                   ; 100: hurry
  bne @out
  sta hurry
  lda #SFX_HURRY
  sta sfx_ask
@out:
  rts
@over:
  jmp player_dies

clock_down:
  lda status_dirty
  ora #4
  sta status_dirty
  ldx #2
@digit:
  dec clock,x
  bpl @out
  lda #9
  sta clock,x
  dex
  bpl @digit
@out:
  rts

; ---- hurt, dying ----
player_hurt:
  lda injury_timer
  bne @out
  lda power
  beq player_dies
  lda #0
  sta power
  sta ducking
  inc colours_due
  lda #8
  sta injury_timer
  lda #PS_SHRINK
  sta player_state
  lda #48
  sta pose_timer
  lda #SFX_SHRINK
  sta sfx_ask
@out:
  rts

player_dies:
  lda #PS_DYING
  sta player_state
  lda #30                  ; a moment of stillness, then up and out of the picture
  sta dead_timer
  lda #0
  sta power
  sta obj_xs
  sta obj_vysub
  lda #$FB
  sta obj_vy
  lda #TUNE_LOST
  sta music_ask
  rts

dying_frame:
  lda dead_timer
  beq @fly
  dec dead_timer
  rts
@fly:
  ldx #0
  lda #$30
  jsr fall_with
  lda obj_view
  cmp #2
  bcc @out
  lda #PS_DEAD
  sta player_state
  lda #60
  sta dead_timer
@out:
  rts

; ---- the mast and the way into the lodge ----
MAST_HOLD = 8
check_mast:
  lda mast_x               ; in reach: 14 pixels before it, where its base block stops Fenn
  sec
  sbc #14
  sta t0
  lda mast_page
  sbc #0
  sta t1
  lda obj_x
  cmp t0
  lda obj_page
  sbc t1
  bcc @out
  lda #PS_SLIDE
  sta player_state
  lda #3
  sta float_state
  lda t0                   ; paws on the pole
  clc
  adc #MAST_HOLD
  sta obj_x
  lda t1
  adc #0
  sta obj_page
  lda #0
  sta obj_xs
  sta obj_vy
  sta obj_vysub
  sta clear_timer
  lda obj_view             ; over the top: at the top
  bne @on_screen
  lda #1
  sta obj_view
  lda #16
  sta obj_y
@on_screen:
  jsr mast_bonus
  lda #$FF
  sta music_ask
  lda #SFX_SLIDE
  sta sfx_ask
@out:
  rts

; The higher, the more.
mast_bonus:
  lda obj_y
  cmp #56
  bcs @low
  lda #5                   ; 5000
  ldx #3
  bne @add
@low:
  cmp #104
  bcs @lower
  lda #2                   ; 2000
  ldx #3
  bne @add
@lower:
  lda #5                   ; 500
  ldx #4
@add:
  jmp add_score

SLIDE_END = 10*16+32-32    ; Fenn's y on the mast's base block
slide_frame:
  ldx #5                   ; the pennant comes down too
  lda obj_y,x
  cmp #9*16+32-8
  bcs @fenn
  adc #2
  sta obj_y,x
@fenn:
  lda obj_y
  cmp #SLIDE_END
  bcs @down
  adc #2
  sta obj_y
  rts
@down:
  lda #SLIDE_END
  sta obj_y
  ldx #5
  lda obj_y,x
  cmp #9*16+32-8
  bcc @out
  inc clear_timer
  lda clear_timer
  cmp #20
  bcc @out
  lda #PS_WALKIN
  sta player_state
  lda #0
  sta float_state
  sta clear_timer
  lda #DIR_RIGHT
  sta facing
  lda #TUNE_CLEAR
  sta music_ask
@out:
  rts

LODGE = 98                 ; from the mast's x to the lodge's door
walk_in_frame:
  lda clear_phase
  bne @counting
  lda #BUTTON_RIGHT
  sta held
  lda #0
  sta pressed
  jsr move_player
  lda mast_x
  clc
  adc #LODGE
  sta t0
  lda mast_page
  adc #0
  sta t1
  lda obj_x
  cmp t0
  lda obj_page
  sbc t1
  bcc @out
  lda t0
  sta obj_x
  lda t1
  sta obj_page
  inc clear_phase
  lda #0
  sta obj_xs
@out:
  rts
@counting:
  cmp #1
  bne @pause
  lda clock
  ora clock+1
  ora clock+2
  beq @counted
  jsr clock_down
  lda #5                   ; 50 points each
  ldx #5
  jsr add_score
  lda frame
  and #3
  bne @out
  lda #SFX_TICK
  sta sfx_ask
  rts
@counted:
  inc clear_phase
  lda #150
  sta clear_timer
  rts
@pause:
  dec clear_timer
  bne @out
  jmp stage_done
