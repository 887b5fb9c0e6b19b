; Blocks that change: bumped from below, broken, emptied.

; Block A (at blk, blk_i, blk_page, blk_px) was hit from below.
bump_block:
  sta t6
  jsr knock_enemies
  lda t6
  cmp #MT_GIFT_BERRY
  beq @berry
  cmp #MT_GIFT_LEAF
  beq @leaf
  cmp #MT_CRATE
  beq @crate
  cmp #MT_CRATE_MANY
  beq @many
  cmp #MT_CRATE_LIFE
  beq @life
  lda #SFX_BUMP
  sta sfx_ask
  rts
@berry:
  jsr pop_berry
  ldx #1
  lda #MT_GIFT_USED
  jmp start_hop
@many:                     ; five berries, then an empty box
  jsr pop_berry
  inc obj_timer            ; Fenn's own timer counts them
  lda obj_timer
  cmp #5
  bcs @emptied
  ldx #0
  lda #MT_CRATE_MANY
  jmp start_hop
@emptied:
  lda #0
  sta obj_timer
  ldx #1
  lda #MT_GIFT_USED
  jmp start_hop
@leaf:                     ; tall Fenn gets a golden acorn instead
  ldx #1
  lda #MT_GIFT_USED
  jsr start_hop
  lda power
  beq @grow
  lda #ITEM_ACORN
@grow:
  jmp grow_item
@life:
  ldx #1
  lda #MT_GIFT_USED
  jsr start_hop
  lda #ITEM_LIFE
  jmp grow_item
@crate:
  lda power
  bne @break
  lda #SFX_BUMP
  sta sfx_ask
  ldx #0
  lda #MT_CRATE
  jmp start_hop
@break:
  lda #MT_SKY
  jsr set_block
  jsr throw_chips
  lda #SFX_BREAK
  sta sfx_ask
  lda #5                   ; 50
  ldx #5
  jmp add_score

; The block hops: drawn as a sprite of kind X while its place is bare, then block A stands
; there. It stays solid all the while.
start_hop:
  pha
  lda hop_timer            ; another one is still up: it lands now
  beq @free
  jsr land_hop
@free:
  pla
  sta hop_block
  stx hop_kind
  lda blk_page
  sta hop_page
  lda blk_px
  and #$F0
  sta hop_x
  lda blk_i
  sta hop_i
  and #$F0
  clc
  adc #32
  sta hop_y
  lda #12
  sta hop_timer
  lda hop_block
  jsr store_block
  lda #MT_SKY
  jmp show_block

move_hop:
  lda hop_timer
  beq @out
  dec hop_timer
  bne @out
  jmp land_hop
@out:
  rts

; Puts the hopping block back into the picture.
land_hop:
  lda blk_page
  pha
  lda blk_px
  pha
  lda blk_i
  pha
  lda hop_page
  sta blk_page
  lda hop_x
  sta blk_px
  lda hop_i
  sta blk_i
  lda hop_block
  jsr show_block
  pla
  sta blk_i
  pla
  sta blk_px
  pla
  sta blk_page
  lda #0
  sta hop_timer
  rts

; Block A at the probed place, in the block buffer and in the picture.
set_block:
  jsr store_block
  jmp show_block

store_block:
  ldy blk_i
  pha
  cmp #MT_SKY
  bne @store
  lda #0
@store:
  sta (blk),y
  pla
  rts

; Queues block A's four tiles.
show_block:
  tax
  lda blk_page             ; VRAM: $2080 + row * 64 + column * 2, $400 more on odd pages
  and #1
  asl a
  asl a
  ora #$20
  sta t1
  lda blk_i
  and #$F0                 ; row * 16
  sta t0
  lda #0
  asl t0                   ; * 4: carry into the high byte twice
  rol a
  asl t0
  rol a
  clc
  adc t1
  sta t1
  lda blk_i
  and #$0F
  asl a
  ora t0
  clc
  adc #$80
  sta t0
  bcc @same
  inc t1
@same:
  ldy vq_len
  lda t1
  sta vq,y
  lda t0
  sta vq+1,y
  lda #2
  sta vq+2,y
  lda mt_top_left,x
  sta vq+3,y
  lda mt_top_right,x
  sta vq+4,y
  lda t0
  clc
  adc #32
  sta vq+6,y
  lda t1
  adc #0
  sta vq+5,y
  lda #2
  sta vq+7,y
  lda mt_bottom_left,x
  sta vq+8,y
  lda mt_bottom_right,x
  sta vq+9,y
  tya
  clc
  adc #10
  sta vq_len
  ldx #0
  rts

; A berry jumps out of the block.
pop_berry:
  jsr free_effect
  lda #FX_BERRY
  sta fx_kind,y
  lda blk_page
  sta fx_page,y
  lda blk_px
  and #$F0
  sta fx_x,y
  lda blk_i
  and #$F0
  clc
  adc #16
  sta fx_y,y
  lda #0
  sta fx_vx,y
  sta fx_sub,y
  lda #$B4                 ; up
  sta fx_vy,y
  lda #30
  sta fx_timer,y
take_berry:
  lda #SFX_BERRY
  sta sfx_ask
  lda status_dirty
  ora #2
  sta status_dirty
  inc coins+1
  lda coins+1
  cmp #10
  bne @points
  lda #0
  sta coins+1
  inc coins
  lda coins
  cmp #10
  bne @points
  lda #0                   ; a hundred: another life
  sta coins
  jsr extra_life
@points:
  lda #2                   ; 200
  ldx #4
  jmp add_score

extra_life:
  lda lives
  cmp #98
  bcs @out
  inc lives
  lda #SFX_LIFE
  sta sfx_ask
@out:
  rts
