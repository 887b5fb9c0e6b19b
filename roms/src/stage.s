; The stage: loading it, its columns, the camera, what appears at the right edge.

STAGE_COLUMNS = 224
AHEAD = 24                 ; columns loaded from the left edge on; 8 stay behind it

; Any world and stage number plays stage 1-1's map in this edition.
select_stage:
  lda #<stage_1_1_list
  sta stage_list
  lda #>stage_1_1_list
  sta stage_list+1
  lda #<stage_1_1_columns
  sta stage_cols
  lda #>stage_1_1_columns
  sta stage_cols+1
  lda #<stage_1_1_things
  sta stage_things
  lda #>stage_1_1_things
  sta stage_things+1
  lda #>(stage_1_1_mast * 16)
  sta mast_page
  lda #<(stage_1_1_mast * 16)
  sta mast_x
  rts

; Rendering off: the first 32 columns, then everything that a new life starts with.
load_stage:
  jsr select_stage
load_columns:              ; (the title screen brings its own map)
  lda #0
  sta next_col
@column:
  jsr prepare_column
  jsr upload_column
  lda next_col
  cmp #32
  bne @column
  lda #0
  ldx #6
@object:                   ; all slots free; Fenn's numbers too
  sta slot_used,x
  sta obj_type,x
  sta obj_state,x
  sta obj_xs,x
  sta obj_vy,x
  sta obj_xsub,x
  sta obj_ysub,x
  sta obj_vysub,x
  sta obj_timer,x
  dex
  bpl @object
  ldx #FX_COUNT-1
@effect:
  sta fx_kind,x
  dex
  bpl @effect
  sta hop_timer
  sta left_page
  sta left_x
  sta right_page
  sta xs_lo
  sta skidding
  sta anim
  sta stomps
  sta dead_timer
  sta clear_phase
  sta pose_timer
  sta injury_timer
  sta paused
  sta obj_page
  sta clock_timer
  lda #255
  sta right_x
  lda #40
  sta obj_x
  sta player_sx
  lda #11*16+32-32
  sta obj_y
  sta player_sy
  lda #1
  sta obj_view
  sta facing
  lda #$70
  sta g_up
  sta g_down
  lda #PS_ENTER
  sta player_state
  rts

; Tiles, attributes and blocks of column next_col; moves on to the next.
prepare_column:
  ldy next_col
  lda (stage_list),y
  sta t0
  lda #0                   ; ptr = stage_cols + 16 * number
  sta t1
  lda t0
  asl a
  rol t1
  asl a
  rol t1
  asl a
  rol t1
  asl a
  rol t1
  clc
  adc stage_cols
  sta ptr
  lda t1
  adc stage_cols+1
  sta ptr+1
  tya
  and #15
  sta t2                   ; column within its page
  ldx #<blocks_even
  lda #>blocks_even
  sta blk+1
  tya
  and #16
  sta t3                   ; 16 on odd pages
  beq @even
  ldx #<blocks_odd
  lda #>blocks_odd
  sta blk+1
@even:
  stx blk
  ldy #0                   ; row
@row:
  lda (ptr),y
  sta t0
  tax
  tya
  asl a
  sta t4                   ; 2 * row
  tay
  lda mt_top_left,x
  sta col_left,y
  lda mt_bottom_left,x
  sta col_left+1,y
  lda mt_top_right,x
  sta col_right,y
  lda mt_bottom_right,x
  sta col_right+1,y
  lda t4                   ; block buffer: row * 16 + column
  asl a
  asl a
  asl a
  ora t2
  tay
  lda t0
  cmp #MT_FIRST_PASS
  bcs @stands
  lda #0
@stands:
  sta (blk),y
  lda t4                   ; attributes: two bits, of which byte and where
  lsr a
  tay
  lsr a
  sty t5
  tay                      ; attribute byte = row / 2
  lda t5
  and #1
  asl a
  sta t6
  lda next_col
  and #1
  ora t6                   ; quadrant: bit 1 lower, bit 0 right
  sta t6
  bne @not_first
  lda #0                   ; upper left starts a fresh byte
  sta col_attr,y
@not_first:
  lda mt_palette,x
  ldx t6
  beq @placed
@shift:
  asl a
  asl a
  dex
  bne @shift
@placed:
  ora col_attr,y
  sta col_attr,y
  ldy t5
  iny
  cpy #13
  bne @row
  lda t3                   ; VRAM addresses: second nametable for odd pages
  lsr a
  lsr a
  ora #$20
  sta col_hi
  lda t2
  asl a
  ora #$80
  sta col_lo
  lda t2
  lsr a
  ora #$C8
  sta col_attr_lo
  inc next_col
  inc col_ready
  rts

; Keeps the loaded columns ahead of the camera, at most one a frame.
feed_columns:
  lda vq_len               ; a column and a full queue do not fit one vblank
  cmp #12
  bcs @out
  jsr left_column
  clc
  adc #AHEAD
  cmp next_col
  bcc @out
  lda next_col
  cmp #STAGE_COLUMNS
  bcs @out
  jsr prepare_column
@out:
  rts

; A = stage column at the screen's left edge.
left_column:
  lda left_page
  asl a
  asl a
  asl a
  asl a
  sta t0
  lda left_x
  lsr a
  lsr a
  lsr a
  lsr a
  ora t0
  rts

; The camera follows to the right only, and keeps Fenn left of FOLLOW.
FOLLOW = 112
move_camera:
  jsr player_on_screen
  cmp #FOLLOW+1
  bcc @out
  sbc #FOLLOW              ; carry is set
  clc
  adc left_x
  sta left_x
  bcc @same
  inc left_page
@same:
  lda #FOLLOW
  sta player_sx
  lda left_x
  clc
  adc #255
  sta right_x
  lda left_page
  adc #0
  sta right_page
@out:
  lda left_x
  sta show_x
  lda left_page
  and #1
  ora #CTRL_BASE
  sta show_ctrl
  rts

; A = Fenn's x on the screen.
player_on_screen:
  lda obj_x
  sec
  sbc left_x
  sta player_sx
  rts

; Lets what stands in the list appear once its column is just right of the screen.
spawn_things:
  jsr left_column
  clc
  adc #18
  sta t1
@next:
  ldy #0
  lda (stage_things),y
  cmp t1
  bcs @out                 ; also the $FF at the end
  sta t2
  iny
  lda (stage_things),y
  sta t3
  iny
  lda (stage_things),y
  sta t4
  lda stage_things
  clc
  adc #3
  sta stage_things
  bcc @same
  inc stage_things+1
@same:
  ldx #5                   ; the pennant always has slot 5, the others any free one
  lda t4
  cmp #TYPE_PENNANT
  beq @place
  ldx #1
@search:
  lda slot_used,x
  beq @place
  inx
  cpx #6
  bne @search
  beq @next                ; none free: it stays away
@place:
  jsr place_thing
  jmp @next
@out:
  rts

; Object X becomes type t4 at column t2, row t3.
place_thing:
  lda #1
  sta slot_used,x
  sta obj_view,x
  lda t4
  sta obj_type,x
  lda t2
  lsr a
  lsr a
  lsr a
  lsr a
  sta obj_page,x
  lda t2
  asl a
  asl a
  asl a
  asl a
  sta obj_x,x
  lda t3
  asl a
  asl a
  asl a
  asl a
  clc
  adc #32-8
  sta obj_y,x
  lda #0
  sta obj_state,x
  sta obj_vy,x
  sta obj_vysub,x
  sta obj_xsub,x
  sta obj_ysub,x
  sta obj_timer,x
  lda #DIR_LEFT
  sta obj_dir,x
  rts
