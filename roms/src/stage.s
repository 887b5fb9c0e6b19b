; The stage: loading it, its columns, the camera, what appears at the right edge.

AHEAD = 24                 ; columns loaded from the left edge on; 8 stay behind it

; The map that world and area stand for. In four of the worlds the classic counts a scene
; before the second stage as an area of its own; so area - 1 there.
select_stage:
  lda area
  beq @map
  ldx world
  cpx #8
  bcs @map
  sec
  sbc intro_scene,x
@map:
  cmp #4
  bcc @known
  lda #3
@known:
  sta map_no
  rts
intro_scene: .byte 1,1,0,1,0,0,1,0

; The area that stage stands for.
set_area:
  lda stage
  beq @out
  ldx world
  clc
  adc intro_scene,x
@out:
  sta area
  rts

; A new life: from the stage's start or from its lantern.
place_start:
  ldy map_no
  lda #ARRIVE_START
  sta arrive_how
  ldx map_start_col,y
  lda map_start_row,y
  iny
  cpy passed_map
  bne @at
  ldx map_lantern-1,y
  lda map_lantern_row-1,y
  clc
  adc #2
@at:
  stx arrive_col
  sta arrive_row
  rts

; Map map_no: where its parts are.
select_map:
  ldy map_no
  lda map_list_low,y
  sta stage_list
  lda map_list_high,y
  sta stage_list+1
  lda map_columns_low,y
  sta stage_cols
  lda map_columns_high,y
  sta stage_cols+1
  lda map_things_low,y
  sta stage_things
  lda map_things_high,y
  sta stage_things+1
  lda map_doors_low,y
  sta stage_doors
  lda map_doors_high,y
  sta stage_doors+1
  lda map_width,y
  sta map_columns
  lda map_theme_no,y
  sta map_theme
  lda map_mast,y
  sta t0
  beq @no_mast
  lsr a
  lsr a
  lsr a
  lsr a
  sta mast_page
  lda t0
  asl a
  asl a
  asl a
  asl a
  sta mast_x
  rts
@no_mast:                  ; farther than any map
  lda #$FF
  sta mast_page
  rts

; Shows map map_no with Fenn at arrive_col, arrive_row. Several frames, with the screen off.
enter_map:
  jsr screen_off
  jsr select_map
  jsr load_palettes
  lda #1
  sta colours_due
  lda #0
  tay
  jsr fill_screens
  lda arrive_col           ; the screen: Fenn's column seven from the left
  sec
  sbc #7
  bcs @left
  lda #0
@left:
  sta t0
  lda map_columns
  sec
  sbc #16
  cmp t0
  bcs @fits
  sta t0
@fits:
  lda t0
  jsr load_columns
  jsr place_fenn
  jsr skip_things
  jsr draw_status_bar
  jsr draw_status
  lda #1
  sta split_on
  jsr relight
  jsr move_camera
  jsr draw_all
  ldx map_theme
  lda theme_tune,x
  sta music_ask
  lda #MASK_SHOW
  sta mask
  rts

; Rendering off: 32 columns from the page of column A on, which becomes the left edge;
; nothing moves yet.
load_columns:
  pha
  and #$F0
  sta next_col
  clc
  adc #32
  sta t7
@column:
  lda next_col
  cmp map_columns
  bcs @loaded
  jsr prepare_column
  jsr upload_column
  lda next_col
  cmp t7
  bne @column
@loaded:
  pla
  pha
  lsr a
  lsr a
  lsr a
  lsr a
  sta left_page
  pla
  asl a
  asl a
  asl a
  asl a
  sta left_x
  clc
  adc #255
  sta right_x
  lda left_page
  adc #0
  sta right_page
  lda #0
  ldx #6
@slot:
  sta slot_used,x
  sta obj_type,x
  sta obj_state,x
  dex
  bpl @slot
  ldx #LAST_RAFT
@object:
  sta obj_xs,x
  sta obj_vy,x
  sta obj_xsub,x
  sta obj_ysub,x
  sta obj_vysub,x
  sta obj_timer,x
  dex
  bpl @object
  ldx #LAST_RAFT
@extra:
  sta extra_on,x
  dex
  cpx #FIRST_SHOT-1
  bne @extra
  ldx #FX_COUNT-1
@effect:
  sta fx_kind,x
  dex
  bpl @effect
  sta hop_timer
  sta xs_lo
  sta skidding
  sta anim
  sta stomps
  sta dead_timer
  sta clear_phase
  sta pose_timer
  sta paused
  sta riding
  sta ducking
  sta throw_timer
  sta warp_timer
  lda #BADGER_LIVES
  sta boss_life
  rts

; Fenn as arrive_col, arrive_row and arrive_how say.
place_fenn:
  lda arrive_col           ; x = 16 * column + 8
  lsr a
  lsr a
  lsr a
  lsr a
  sta obj_page
  lda arrive_col
  asl a
  asl a
  asl a
  asl a
  ora #8
  sta obj_x
  jsr player_on_screen
  lda arrive_row
  asl a
  asl a
  asl a
  asl a
  sta obj_y
  lda #1
  sta obj_view
  sta facing
  lda #$70
  sta g_up
  sta g_down
  ldx #PS_ENTER
  lda arrive_how
  beq @state
  cmp #ARRIVE_RISE
  beq @rise
  lda #2
  sta float_state
  ldx #PS_NORMAL
  bne @state
@rise:
  lda #RISE
  sta warp_timer
  clc
  adc obj_y
  sta obj_y
@state:
  stx player_state
  lda obj_y
  sta player_sy
  rts

; What stands left of the screen stays away.
skip_things:
  jsr left_column
  sta t0
@next:
  ldy #0
  lda (stage_things),y
  cmp t0
  bcs @out
  jsr next_thing
  jmp @next
@out:
  rts

next_thing:
  lda stage_things
  clc
  adc #3
  sta stage_things
  bcc @out
  inc stage_things+1
@out:
  rts

; A lantern that is lit and on the screen is drawn lit.
relight:
  ldy map_no
  iny
  cpy passed_map
  bne @out
  jsr left_column
  sta t0
  lda map_lantern-1,y
  sec
  sbc t0
  cmp #16
  bcs @out
  jmp light_lantern
@out:
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
  cmp map_columns
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
  jsr at_the_end
  lda left_x
  clc
  adc #255
  sta right_x
  lda left_page
  adc #0
  sta right_page
  jsr player_on_screen
@out:
  lda left_x
  sta show_x
  lda left_page
  and #1
  ora #CTRL_BASE
  sta show_ctrl
  rts

; The last screen of the map stands still.
at_the_end:
  lda map_columns
  sec
  sbc #16
  pha
  asl a
  asl a
  asl a
  asl a
  sta t0
  pla
  lsr a
  lsr a
  lsr a
  lsr a
  sta t1
  lda t0
  cmp left_x
  lda t1
  sbc left_page
  bcs @out
  lda t0
  sta left_x
  lda t1
  sta left_page
@out:
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
  jsr next_thing
  lda t4
  cmp #TYPE_RAFTS
  bcs @raft
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
@raft:
  jsr place_raft
  jmp @next
@out:
  rts

; Object X becomes type t4 at column t2, row t3.
place_thing:
  lda #1
  sta slot_used,x
  lda t4
  sta obj_type,x
  jsr place_at
  lda #0
  sta obj_state,x
  lda #DIR_LEFT
  sta obj_dir,x
  lda obj_type,x
  cmp #TYPE_VIPER          ; between the two blocks of its log
  bne @out
  lda obj_x,x
  ora #8
  sta obj_x,x
@out:
  rts

; The first free raft becomes kind t4 there. The compiler sees to it that one is free.
place_raft:
  ldx #FIRST_RAFT
@search:
  lda extra_on,x
  beq @free
  inx
  cpx #LAST_RAFT+1
  bne @search
  rts
@free:
  inc extra_on,x
  lda t4
  sta raft_kind,x
  jsr place_at
  lda obj_y,x
  clc
  adc #8
  sta obj_y,x
  rts

place_at:
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
  lda #1
  sta obj_view,x
  lda #0
  sta obj_vy,x
  sta obj_vysub,x
  sta obj_xsub,x
  sta obj_ysub,x
  sta obj_timer,x
  rts
