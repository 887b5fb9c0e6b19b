; Asking the block buffer what is where, and keeping Fenn out of walls.

; The block at object X's corner plus (A, Y) pixels. Returns its number in A, carry set
; when solid; blk, blk_i, blk_page and blk_px say where. X is kept.
probe:
  clc
  adc obj_x,x
  sta blk_px
  lda obj_page,x
  adc #0
  sta blk_page
  lsr a
  lda #<blocks_even
  bcc @even
  lda #<blocks_odd
@even:
  sta blk
  lda #>blocks_even        ; both buffers start on page 5
  sta blk+1
  lda obj_view,x
  cmp #1
  bne @empty
  tya
  clc
  adc obj_y,x
  bcs @empty
  sbc #31                  ; carry is clear: less 32
  bcc @empty
  cmp #13*16
  bcs @empty
  and #$F0
  sta blk_i
  lda blk_px
  lsr a
  lsr a
  lsr a
  lsr a
  ora blk_i
  sta blk_i
  tay
  lda (blk),y
  cmp #MT_FIRST_SOLID
  rts
@empty:
  lda #0
  clc
  rts

; Fenn's box: 2-13 across; down from these offsets.
HEAD_SMALL = 17
HEAD_TALL  = 3
FOOT_LEFT  = 3
FOOT_RIGHT = 12

; Moves Fenn across and stops him at walls and at the screen's edges.
player_x:
  ldx #0
  jsr move_across
  lda obj_x                ; left of the screen?
  cmp left_x
  lda obj_page
  sbc left_page            ; (by sign: at the stage's start the left of x 0 is page $FF)
  bpl @right_edge
  lda left_x
  sta obj_x
  lda left_page
  sta obj_page
  jmp stop
@right_edge:
  lda obj_x
  sec
  sbc left_x
  cmp #240
  bcc @walls
  lda left_x
  clc
  adc #239
  sta obj_x
  lda left_page
  adc #0
  sta obj_page
  jmp stop
@walls:
  lda obj_xs
  bmi @left
  ora xs_lo
  beq player_x_out
  lda #13
  jsr wall_at
  bcc player_x_out
  lda blk_px               ; back out: the wall's column starts at pixel & 15
  and #15
  eor #$FF                 ; -(n + 1)
  jsr shift_x
  jmp stop
@left:
  lda #2
  jsr wall_at
  bcc player_x_out
  lda blk_px
  and #15
  eor #15
  clc
  adc #1
  jsr shift_x
stop:
  lda #0
  sta obj_xs
  sta xs_lo
player_x_out:
  rts

; Carry set when Fenn's body at x offset A is in a solid block.
wall_at:
  sta t3
  ldy #28
  jsr probe
  bcs @hit
  lda t3
  ldy #20
  jsr probe
  bcs @hit
  lda power
  beq @hit                 ; (carry is clear)
  lda ducking
  bne @hit
  lda t3
  ldy #6
  jsr probe
@hit:
  rts

; Carry set when a foot is on a block.
feet_on_block:
  lda #FOOT_LEFT
  ldy #32
  jsr probe
  bcs @out
  lda #FOOT_RIGHT
  ldy #32
  jsr probe
@out:
  rts

; Falling: stands on a block whose top was passed by no more than 6 pixels.
land:
  lda obj_y
  and #15
  cmp #7
  bcs @out
  jsr feet_on_block
  bcc @out
  lda obj_y
  and #$F0
  sta obj_y
  lda #0
  sta obj_ysub
  sta obj_vy
  sta obj_vysub
  sta float_state
  sta stomps
@out:
  rts

; Rising: bumps the block over the middle of the head; one that only catches an ear
; pushes Fenn aside.
hit_head:
  jsr head_offset
  lda #8
  jsr probe
  bcs @bump
  jsr head_offset
  lda #FOOT_LEFT
  jsr probe
  bcs @push_right
  jsr head_offset
  lda #FOOT_RIGHT
  jsr probe
  bcc @out
  lda blk_px
  and #15
  eor #$FF
  jmp shift_x
@push_right:
  lda blk_px
  and #15
  eor #15
  clc
  adc #1
  jmp shift_x
@bump:
  sta t6                   ; the block's number
  jsr head_offset
  tya
  clc
  adc obj_y
  and #15
  eor #15
  sec                      ; y += 16 - n
  adc obj_y
  sta obj_y
  lda #1
  sta obj_vy
  lda #0
  sta obj_vysub
  lda g_down
  sta g_up
  lda t6
  jmp bump_block
@out:
  rts

head_offset:
  ldy #HEAD_SMALL
  lda power
  beq @out
  lda ducking
  bne @out
  ldy #HEAD_TALL
@out:
  rts

; Berries and the lever that Fenn's body touches.
touch_blocks:
  ldx #0
  lda #8
  ldy #24
  jsr @touch
  lda power
  beq @out
  lda #8
  ldy #10
@touch:
  jsr probe
  cmp #MT_LEVER
  beq @lever
  cmp #MT_BERRY
  bne @out
  lda #MT_SKY
  jsr set_block
  jmp take_berry
@lever:
  jmp pull_lever
@out:
  rts

; The block at column A, row Y, for set_block: blk, blk_i, blk_page, blk_px.
block_at:
  sty t0
  tax
  lsr a
  lsr a
  lsr a
  lsr a
  sta blk_page
  txa
  asl a
  asl a
  asl a
  asl a
  sta blk_px
  lsr a
  lsr a
  lsr a
  lsr a
  asl t0
  asl t0
  asl t0
  asl t0
  ora t0
  sta blk_i
  lda #>blocks_even
  sta blk+1
  lda blk_page
  lsr a
  lda #<blocks_even
  bcc @even
  lda #<blocks_odd
@even:
  sta blk
  rts
