; What each enemy does, and what happens when Fenn meets one.

SNAIL_SPEED = 6            ; 1/16 pixels per frame
SHELL_SPEED = $30
MOTH_SPEED  = 12
FROG_SPEED  = 12

move_beetle:
  lda #ENEMY_SPEED
  jsr walk
leave_or_meet:
  jsr leave_screen
  lda slot_used,x
  beq @out
  jmp meet_enemy
@out:
  rts

; ---- the snail: minds edges; stomped it hides in its shell, which can be kicked ----
move_snail:
  lda obj_state,x
  cmp #STATE_SHELL
  beq @rest
  cmp #STATE_SLIDE
  beq @slide
  lda #4                   ; nothing below its front: turn, when it stands
  ldy obj_dir,x
  cpy #DIR_LEFT
  beq @look
  lda #11
@look:
  ldy obj_vy,x
  bne @walk
  ldy #26
  jsr probe
  bcs @walk
  lda obj_dir,x
  eor #DIR_LEFT | DIR_RIGHT
  sta obj_dir,x
@walk:
  lda #SNAIL_SPEED
  jsr walk
  jmp leave_or_meet
@rest:
  lda frame
  and #1
  bne @still
  dec obj_timer,x
  bne @still
  lda #STATE_WALK          ; out again
  sta obj_state,x
@still:
  lda #0
  jsr walk
  jmp leave_or_meet
@slide:
  lda obj_timer,x          ; just kicked: does not hurt yet
  beq @hot
  dec obj_timer,x
@hot:
  lda #SHELL_SPEED
  jsr walk
  jsr shell_knocks
  jmp leave_or_meet

; The sliding shell X knocks off whom it meets; each scores more than the one before.
shell_knocks:
  stx t6
  ldy #5
@next:
  cpy t6
  beq @skip
  lda slot_used,y
  beq @skip
  lda obj_state,y
  and #STATE_FLAT | STATE_OFF
  bne @skip
  sty t5
  lda obj_type,y
  tay
  lda type_traits,y
  ldy t5
  and #FALLS
  beq @skip
  lda obj_y,y
  sec
  sbc obj_y,x
  clc
  adc #12
  cmp #25
  bcs @skip
  lda obj_x,y
  sec
  sbc obj_x,x
  sta t0
  lda obj_page,y
  sbc obj_page,x
  sta t1
  lda t0                   ; within 13 pixels: -13 to 12 + 13 has no high byte
  clc
  adc #13
  sta t0
  lda t1
  adc #0
  bne @skip
  lda t0
  cmp #27
  bcs @skip
  tya
  tax
  jsr tumble
  lda shell_hits
  clc
  adc #3
  jsr chain_points
  inc shell_hits
  ldx t6
  ldy t5
@skip:
  dey
  bne @next
  rts

; ---- the frog: sits, then leaps towards Fenn ----
move_frog:
  lda #0
  jsr walk                 ; falls, stands; no walls: it leaps over
  lda obj_vy,x
  ora obj_vysub,x
  bne @air
  inc obj_timer,x
  lda obj_timer,x
  cmp #44
  bcc @meet
  lda #0
  sta obj_timer,x
  jsr face_fenn
  lda #$FC
  sta obj_vy,x
  lda #0
  sta obj_vysub,x
@meet:
  jmp leave_or_meet
@air:
  ldy obj_dir,x
  lda #FROG_SPEED
  cpy #DIR_RIGHT
  beq @leap
  lda #<-FROG_SPEED
@leap:
  sta obj_xs,x
  jsr move_across
  jmp leave_or_meet

; Object X turns to where Fenn is.
face_fenn:
  ldy #DIR_LEFT
  lda obj_x
  cmp obj_x,x
  lda obj_page
  sbc obj_page,x
  bmi @left
  ldy #DIR_RIGHT
@left:
  tya
  sta obj_dir,x
  rts

; ---- the moth: across the sky in waves, through everything ----
move_moth:
  inc obj_timer,x
  lda #<-MOTH_SPEED
  sta obj_xs,x
  jsr move_across
  lda obj_timer,x
  lsr a
  lsr a
  and #15
  tay
  lda moth_wave,y
  jsr move_down
  jmp leave_or_meet
moth_wave: .byte 4,10,14,16,16,14,10,4,<-4,<-10,<-14,<-16,<-16,<-14,<-10,<-4

; Object X moves down by A, 1/16 pixels, signed.
move_down:
  pha
  asl a
  asl a
  asl a
  asl a
  clc
  adc obj_ysub,x
  sta obj_ysub,x
  pla
  php
  lsr a
  lsr a
  lsr a
  lsr a
  cmp #8
  bcc @down
  ora #$F0
@down:
  plp
  adc obj_y,x
  sta obj_y,x
  rts

; ---- the viper: comes up out of its log unless Fenn is at it ----
VIPER_RISE = 24
move_viper:
  inc obj_timer,x
  lda obj_timer,x
  cmp #60
  bcc @low                 ; below
  cmp #60+VIPER_RISE
  bcc @rise
  cmp #144
  bcc @up
  cmp #144+VIPER_RISE
  bcc @sink
  lda #0
  sta obj_timer,x
@low:
  lda obj_timer,x          ; about to come: not while Fenn stands near
  cmp #59
  bne @leave
  lda obj_x
  sec
  sbc obj_x,x
  clc
  adc #32
  cmp #65
  bcs @leave
  dec obj_timer,x
@leave:
  jmp leave_screen
@rise:
  dec obj_y,x
@up:
  jmp leave_or_meet
@sink:
  inc obj_y,x
  jmp leave_or_meet

; ---- the ember: leaps out of the lava again and again ----
EMBER_DEEP = 224
move_ember:
  lda obj_timer,x
  beq @fly
  dec obj_timer,x
  bne @wait
  lda #$FA
  sta obj_vy,x
  lda #$80
  sta obj_vysub,x
@wait:
  jmp leave_screen
@fly:
  lda #$20
  jsr fall_with
  lda obj_vy,x
  bmi @meet
  lda obj_y,x
  cmp #EMBER_DEEP
  bcc @meet
  lda #EMBER_DEEP
  sta obj_y,x
  lda #70
  sta obj_timer,x
@meet:
  jmp leave_or_meet

; ---- the badger: to and fro on his bridge, hops, and breathes flames ----
BADGER_LIVES = 5           ; acorns it takes
move_badger:
  inc obj_timer,x
  lda obj_state,x
  bne @pace                ; the bridge is gone: only falls
  lda obj_timer,x
  and #%00111111
  bne @no_turn
  lda obj_dir,x
  eor #DIR_LEFT | DIR_RIGHT
  sta obj_dir,x
@no_turn:
  lda obj_timer,x
  cmp #100
  beq @hop
  cmp #212
  bne @no_hop
@hop:
  lda #$FC
  sta obj_vy,x
  lda #0
  sta obj_vysub,x
@no_hop:
  lda obj_timer,x
  and #%01111111
  cmp #40
  beq @breathe
  cmp #96
  bne @pace
@breathe:
  jsr breathe
@pace:
  ldy obj_state,x
  bne @stare
  lda #6
  bne @walk
@stare:
  lda #0
@walk:
  jsr walk
  jsr leave_screen
  lda slot_used,x
  beq @out
  jmp meet_badger
@out:
  rts

; A flame leaves the badger's mouth: high, low or between in turn.
breathe:
  ldy #5
@search:
  lda slot_used,y
  beq @free
  dey
  bne @search
  rts
@free:
  jsr object_on_screen     ; only where Fenn sees it coming
  lda t1
  bne @no
  lda #1
  sta slot_used,y
  sta obj_view,y
  lda #TYPE_FLAME
  sta obj_type,y
  lda #0
  sta obj_state,y
  sta obj_xsub,y
  lda #<-20
  sta obj_xs,y
  lda obj_x,x
  sec
  sbc #16
  sta obj_x,y
  lda obj_page,x
  sbc #0
  sta obj_page,y
  inc breaths          ; counts breaths
  lda breaths
  and #3
  stx t0
  tax
  lda @heights,x
  ldx t0
  sta obj_y,y
  lda #SFX_FLAME
  sta sfx_ask
@no:
  rts
@heights: .byte 150, 136, 152, 122

move_flame:
  jsr move_across
  jmp leave_or_meet

; His box: 28 pixels each way.
meet_badger:
  lda player_state
  cmp #PS_NORMAL
  bne @out
  lda obj_x
  sec
  sbc obj_x,x
  sta t0
  lda obj_page
  sbc obj_page,x
  sta t1
  lda t0
  clc
  adc #11                  ; -11 to 27
  sta t0
  lda t1
  adc #0
  bne @out
  lda t0
  cmp #39
  bcs @out
  jsr head_offset
  tya
  clc
  adc obj_y
  sta t0                   ; head
  lda obj_y,x
  clc
  adc #22
  cmp t0
  bcc @out
  lda obj_y
  clc
  adc #32+4
  cmp obj_y,x
  bcc @out
  jmp hurt_by
@out:
  rts

; ---- Fenn meets enemy X ----
meet_enemy:
  jsr overlap
  bcc no_meeting
  lda obj_state,x
  cmp #STATE_SHELL
  beq kick
  lda float_state
  beq hurt_by
  lda obj_vy
  bmi hurt_by
  lda t5
  cmp #13
  bcs hurt_by
  ldy obj_type,x
  lda type_traits,y
  and #STOMPS
  beq hurt_by
  jsr stomped
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
hurt_by:
  lda obj_type,x           ; a shell that was kicked this moment
  cmp #TYPE_SNAIL
  bne @sharp
  lda obj_state,x
  cmp #STATE_SLIDE
  bne @sharp
  lda obj_timer,x
  bne no_meeting
@sharp:
  txa
  pha
  jsr player_hurt
  pla
  tax
no_meeting:
  rts

; Fenn's paw against the resting shell: off it goes, away from him.
kick:
  lda #STATE_SLIDE
  sta obj_state,x
  jsr face_fenn
  eor #DIR_LEFT | DIR_RIGHT
  sta obj_dir,x
  lda #12
  sta obj_timer,x
  lda #0
  sta shell_hits
  lda #SFX_KICK
  sta sfx_ask
  lda #2
  jmp chain_points

; What a stomp makes of X.
stomped:
  lda obj_type,x
  cmp #TYPE_SNAIL
  beq @shell
  cmp #TYPE_MOTH
  beq @fall
  lda #STATE_FLAT
  sta obj_state,x
  lda #28
  sta obj_timer,x
  rts
@shell:
  lda #STATE_SHELL
  sta obj_state,x
  lda #0
  sta obj_timer,x
  rts
@fall:
  lda #STATE_OFF
  sta obj_state,x
  lda #0
  sta obj_vy,x
  sta obj_xs,x
  rts

; 100, 200, 400, ... 8000, then lives, as long as Fenn does not touch the ground.
stomp_points:
  lda stomps
  jsr chain_points
  lda stomps
  cmp #CHAIN_LIFE
  bcs @out
  inc stomps
@out:
  rts

; Points number A of the chain, shown at object X; the last is a life. X is kept.
CHAIN_LIFE = 10
chain_points:
  cmp #CHAIN_LIFE
  bcc @points
  lda #CHAIN_LIFE
@points:
  tay
  txa
  pha
  jsr points_at
  cpy #CHAIN_LIFE
  bne @score
  jsr extra_life
  jmp @out
@score:
  ldx @digit,y
  lda @amount,y
  jsr add_score
@out:
  pla
  tax
  rts
@digit:  .byte 4,4,4,4,4,3,3,3,3,3
@amount: .byte 1,2,4,5,8,1,2,4,5,8

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
  ldy obj_type,x
  lda type_traits,y
  and #FALLS
  beq @skip
  lda obj_state,x
  and #STATE_FLAT | STATE_OFF
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
  jsr tumble
  lda #0
  jmp chain_points

tumble:
  lda #STATE_OFF
  sta obj_state,x
  lda #$FD
  sta obj_vy,x
  lda #0
  sta obj_vysub,x
  lda #8
  sta obj_xs,x
  lda #SFX_STOMP
  sta sfx_ask
  rts
