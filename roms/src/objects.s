; What moves besides Fenn: the five slots and the power-up. Each frame every object in use
; does what its type does; here are the list of types and what they share.

ENEMY_SPEED = 8            ; 1/16 pixels per frame
ENEMY_FALL  = $30
STATE_WALK  = 0
STATE_FLAT  = 1
STATE_OFF   = 2            ; knocked off: falls out of the picture
STATE_STARE = 3            ; the badger, when the lever is pulled
STATE_SHELL = 4            ; snail in its shell
STATE_SLIDE = $84          ; the shell slides

; What a type is like, by its number.
PARTS  = 1                 ; turns when it walks into another one
STOMPS = 2                 ; can be stomped
FALLS  = 4                 ; an acorn, a shell or a blow from below knocks it off
type_traits:
  .repeat $36, type
    .if type = TYPE_BEETLE || type = TYPE_SNAIL || type = TYPE_FROG
      .byte PARTS | STOMPS | FALLS
    .elseif type = TYPE_URCHIN
      .byte PARTS | FALLS
    .elseif type = TYPE_MOTH
      .byte STOMPS | FALLS
    .elseif type = TYPE_VIPER
      .byte FALLS
    .else
      .byte 0
    .endif
  .endrepeat

move_objects:
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
  cmp #TYPE_LEAF
  bne @enemy
  jmp move_item
@enemy:
  lda obj_state,x
  cmp #STATE_FLAT
  beq @flat
  cmp #STATE_OFF
  beq @off
  ldy #TYPES-1             ; what this type does
  lda obj_type,x
@search:
  cmp mover_types,y
  beq @found
  dey
  bpl @search
@out:
  rts                      ; the pennant, a friend: nothing
@found:
  lda mover_low,y
  sta ptr
  lda mover_high,y
  sta ptr+1
  jmp (ptr)
@flat:
  dec obj_timer,x
  bne @out
  jmp free_slot
@off:
  jsr move_across
  lda #ENEMY_FALL
  jsr fall_with
  jmp leave_screen
.define MOVERS move_beetle, move_beetle, move_snail, move_frog, move_moth, move_viper, move_ember, move_bar, move_bar, move_flame, move_badger
mover_types: .byte TYPE_BEETLE, TYPE_URCHIN, TYPE_SNAIL, TYPE_FROG, TYPE_MOTH, TYPE_VIPER, TYPE_EMBER, TYPE_BAR, TYPE_BAR_BACK, TYPE_FLAME, TYPE_BADGER
TYPES = * - mover_types
mover_low:  .lobytes MOVERS
mover_high: .hibytes MOVERS

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
free_slot:
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
  lda obj_state,x
  bne @skip
  ldy obj_type,x
  lda type_traits,y
  and #PARTS
  beq @skip
  stx t4
  ldy t4
@second:
  iny
  cpy #6
  beq @skip
  lda slot_used,y
  beq @second
  lda obj_state,y
  bne @second
  sty t5
  lda obj_type,y
  tay
  lda type_traits,y
  ldy t5
  and #PARTS
  beq @second
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
