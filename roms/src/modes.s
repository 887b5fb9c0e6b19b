; What the cartridge is doing: title, the stage with its screens before it, end, game over.

run_mode:
  lda mode
  beq title
  cmp #MODE_PLAY
  beq play
  cmp #MODE_END
  bne @over
  lda mode_step
  cmp #4
  bcs @all_worlds
  jmp run_stage            ; the scene in the keep
@all_worlds:
  jmp end_screen
@over:
  jmp game_over

play:
  ldx mode_step
  lda @low,x
  sta ptr
  lda @high,x
  sta ptr+1
  jmp (ptr)
@low:  .byte <show_intro, <wait_intro, <start_stage, <run_stage
@high: .byte >show_intro, >wait_intro, >start_stage, >run_stage

next_step:
  inc mode_step
  rts

; A = mode to enter, at its first step.
enter_mode:
  sta mode
  lda #0
  sta mode_step
  lda #1
  sta scene_over
  rts

; ---- title ----
title:
  lda mode_step
  bne @menu
  jsr screen_off
  lda #0
  sta map_theme
  sta power
  sta menu_line
  jsr load_palettes
  lda #<stage_title_list
  sta stage_list
  lda #>stage_title_list
  sta stage_list+1
  lda #<stage_title_columns
  sta stage_cols
  lda #>stage_title_columns
  sta stage_cols+1
  lda #32
  sta map_columns
  lda #0
  tay
  jsr fill_screens
  jsr load_columns
  jsr draw_logo
  script title_text
  lda can_continue
  beq @first
  jsr draw_continue
@first:
  lda #0
  sta clock
  sta clock+1
  sta clock+2
  sta player_state
  lda #TUNE_TITLE
  sta music_ask
  lda #CTRL_LOGO           ; its tiles are among the sprites'; below it the usual ones
  sta top_ctrl
  lda #1
  sta split_on
  lda #MASK_SHOW
  sta mask
  jsr title_dot
  jmp next_step
@menu:
  jsr clear_sprites
  jsr title_dot
  jsr cycle_gold
  jsr title_menu
  jsr title_fox
  lda pressed
  and #BUTTON_START
  beq @out
  jsr new_game
  lda #MODE_PLAY
  jsr enter_mode
@out:
  rts

; Sprite 0 behind the lowest line of the logo: there the pattern tables change.
title_dot:
  lda #LOGO_TOP + LOGO_SPLIT - 8
  sta oam
  lda #SPRITE_DOT
  sta oam+1
  lda #%00100011
  sta oam+2
  lda #LOGO_SPLIT_X
  sta oam+3
  lda #4
  sta oam_i
  rts

; Once a game is over there is a choice: Select moves the mark.
title_menu:
  lda can_continue
  bne @choose
  jmp blink_start
@choose:
  lda pressed
  and #BUTTON_SELECT
  beq @out
  lda menu_line
  eor #1
  sta menu_line
  lda #SFX_TICK
  sta sfx_ask
  ldx #7
@byte:
  lda @marks,x
  sta vq,x
  dex
  bpl @byte
  lda #8
  sta vq_len
  ldx #3
  lda menu_line
  beq @mark
  ldx #7
@mark:
  lda #T_COIN
  sta vq,x
@out:
  rts
@marks: .byte $21,$E9, 1, " ", $22,$29, 1, " "

; Below START: CONTINUE and the stage.
draw_continue:
  script @text
  lda #$22
  sta PPUADDR
  lda #$35
  sta PPUADDR
  lda again_world
  clc
  adc #T_ZERO+1
  sta PPUDATA
  lda #T_DASH
  sta PPUDATA
  lda again_stage
  clc
  adc #T_ZERO+1
  sta PPUDATA
  rts
@text:
  .byte $21,$E9, 15, T_COIN, " START        "
  .byte $22,$29, 15, "  CONTINUE     "
  .byte $23,$E2, 4, $FF,$FF,$FF,$FF
  .byte 0

new_game:
  lda #2
  sta lives
  lda #0
  sta world
  sta stage
  sta power
  sta passed_map
  sta coins
  sta coins+1
  ldx #5
@digit:
  sta score,x
  dex
  bpl @digit
  lda #1
  sta player_small
  lda menu_line
  beq @area
  lda again_world
  sta world
  lda again_stage
  sta stage
@area:
  jmp set_area

; Fenn trots on the spot below the logo.
title_fox:
  lda #112
  sta draw_x
  lda #176
  sta draw_y
  lda #0
  sta draw_x+1
  sta draw_y+1
  sta draw_attr
  lda frame
  lsr a
  lsr a
  lsr a
  and #3
  tay
  lda @low,y
  sta ptr
  lda @high,y
  sta ptr+1
  jmp draw_frame
@low:  .byte <frame_tall_walk1, <frame_tall_walk2, <frame_tall_walk3, <frame_tall_walk2
@high: .byte >frame_tall_walk1, >frame_tall_walk2, >frame_tall_walk3, >frame_tall_walk2

; "PRESS START" comes and goes.
blink_start:
  lda frame
  and #31
  bne @out
  ldx #0
  lda frame
  and #32
  beq @copy
  ldx #@gone-@shown
@copy:
  ldy #0
@byte:
  lda @shown,x
  sta vq,y
  inx
  iny
  cpy #@gone-@shown
  bne @byte
  sty vq_len
@out:
  rts
@shown: .byte $21,$EA, 13, " PRESS START "
@gone:  .byte $21,$EA, 13, 0,0,0,0,0,0,0,0,0,0,0,0,0

draw_logo:
  lda #<logo
  sta ptr
  lda #>logo
  sta ptr+1
  lda #<LOGO_AT
  sta t1
  lda #>LOGO_AT
  sta t2
  lda #LOGO_HEIGHT
  sta t0
@row:
  bit PPUSTATUS
  lda t2
  sta PPUADDR
  lda t1
  sta PPUADDR
  ldy #0
@tile:
  lda (ptr),y
  sta PPUDATA
  iny
  cpy #LOGO_WIDTH
  bne @tile
  lda ptr
  clc
  adc #LOGO_WIDTH
  sta ptr
  bcc @same
  inc ptr+1
@same:
  lda t1
  clc
  adc #32
  sta t1
  bcc @same2
  inc t2
@same2:
  dec t0
  bne @row
  rts
LOGO_AT = $2000 + 4*32 + (32-LOGO_WIDTH)/2
LOGO_TOP = 4*8
LOGO_SPLIT_X = (32-LOGO_WIDTH)/2*8 + LOGO_DOT_X

title_text:
  .byte $21,$EA, 13, " PRESS START "
  .byte $23,$C8, 24, $FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF
  .byte $FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF,$FF
  .byte 0

; ---- before the stage ----
show_intro:
  jsr screen_off
  jsr dark_screen
  script @text
  jsr draw_stage_number
  jsr draw_stage_name
  lda #$22                 ; lives, as one digit
  sta PPUADDR
  lda #$52
  sta PPUADDR
  ldx lives
  inx
  txa
  cmp #10
  bcc @one_digit
  lda #9
@one_digit:
  clc
  adc #T_ZERO
  sta PPUDATA
  lda #4                   ; 401: the first frame of play makes it 400
  sta clock
  lda #0
  sta clock+1
  sta player_state
  lda #1
  sta clock+2
  lda #7
  sta intro_timer
  lda #20
  sta interval
  lda #$FF
  sta music_ask
  lda #MASK_SHOW
  sta mask
  jmp next_step
@text:
  .byte $21,$8B, 6, "STAGE "
  .byte $22,$50, 1, "*"
  .byte 0

; The number "1-1" behind the word STAGE of the dark screens.
draw_stage_number:
  lda #$21
  sta PPUADDR
  lda #$91
  sta PPUADDR
  jsr put_stage_number
  rts
put_stage_number:
  lda world
  clc
  adc #T_ZERO+1
  sta PPUDATA
  lda #T_DASH
  sta PPUDATA
  lda stage
  clc
  adc #T_ZERO+1
  sta PPUDATA
  rts

; Its name, in the middle of the line below.
draw_stage_name:
  jsr select_stage
  ldx map_no
  lda map_name_low,x
  sta ptr
  lda map_name_high,x
  sta ptr+1
  lda #$21
  sta PPUADDR
  ldy #0
  lda (ptr),y
  tax
  lsr a
  eor #$FF
  sec
  adc #$E0-$10+$20         ; the line's middle less half the length
  sta PPUADDR
@letter:
  iny
  lda (ptr),y
  sta PPUDATA
  dex
  bne @letter
  rts

dark_screen:
  lda #CTRL_BASE
  sta top_ctrl
  lda #0
  sta map_theme
  jsr load_palettes
  lda #T_BAND
  ldy #$FF
  jmp fill_screens

wait_intro:
  jsr clear_sprites
  lda #112-4               ; Fenn before the number of lives
  sta draw_x
  lda #140
  sta draw_y
  lda #0
  sta draw_x+1
  sta draw_y+1
  sta draw_attr
  lda #<frame_small_stand
  sta ptr
  lda #>frame_small_stand
  sta ptr+1
  jsr draw_frame
  jsr tick_slow_timers
  lda intro_timer
  bne @out
  jmp next_step
@out:
  rts

start_stage:
  lda #0
  sta clock_timer
  sta injury_timer
  sta hurry
  jsr select_stage
  jsr place_start
  lda #1
  sta interval
  jsr enter_map
  jmp next_step

; ---- after it ----
; The last life of a try is gone, or there is another.
lose_life:
  lda #0
  sta power
  lda #1
  sta player_small
  dec lives
  bmi @over
  lda #MODE_PLAY
  jmp enter_mode
@over:                     ; the title will offer to go on here
  lda world
  sta again_world
  lda stage
  sta again_stage
  lda #1
  sta can_continue
  lda #MODE_OVER
  jmp enter_mode

stage_done:
  lda #0
  sta passed_map
  inc stage
  jsr set_area
  lda #MODE_PLAY
  jmp enter_mode

; After the keep: the next world's first stage. After eight worlds: home.
world_done:
  lda #0
  sta stage
  sta area
  sta passed_map
  ldx world
  inx
  cpx #8
  bcs @all
  stx world
  lda #MODE_PLAY
  jmp enter_mode
@all:
  lda #4
  sta mode_step
  sta scene_over
  rts

game_over:
  lda mode_step
  beq @show
  jmp wait_screen
@show:
  jsr screen_off
  jsr dark_screen
  script @text
  lda #TUNE_OVER
  jmp hold_screen
@text:
  .byte $21,$6B, 9, "GAME OVER"
  .byte 0

end_screen:
  lda mode_step
  cmp #4
  beq @show
  jmp wait_screen
@show:
  jsr screen_off
  jsr dark_screen
  script @text
  lda #TUNE_CLEAR
  jmp hold_screen
@text:
  .byte $21,$6A, 12, "FENN IS HOME"
  .byte $22,$A7, 18, "THE TRAIL GOES ON."
  .byte $22,$E8, 17, "THANKS FOR COMING"
  .byte 0

; Shows the screen for five seconds; then, or with Start after one second, the title.
hold_screen:
  sta music_ask
  lda #255
  sta wait_timer
  lda #MASK_SHOW
  sta mask
  jmp next_step
wait_screen:
  jsr clear_sprites
  jsr @fenn
  lda wait_timer
  beq @leave
  dec wait_timer
  cmp #195
  bcs @out
  lda pressed
  and #BUTTON_START
  beq @out
@leave:
  lda #MODE_TITLE
  jmp enter_mode
@out:
  rts
@fenn:                     ; in the middle: tall and well, or lost
  lda #120
  sta draw_x
  sta draw_y
  lda #0
  sta draw_x+1
  sta draw_y+1
  sta draw_attr
  ldx #0
  lda mode
  cmp #MODE_END
  beq @well
  inx
@well:
  lda @low,x
  sta ptr
  lda @high,x
  sta ptr+1
  jmp draw_frame
@low:  .byte <frame_tall_stand, <frame_small_lost
@high: .byte >frame_tall_stand, >frame_small_lost
