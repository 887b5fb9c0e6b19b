; The end of the world: the lever, the bridge, the friend in the keep. Mode 2, steps:
; 0 the bridge goes, 1 Fenn walks on, 2 the words come, 3 they are read.
END_LINES = 4

pull_lever:
  lda #MT_SKY
  jsr set_block
  lda #MODE_END
  sta mode
  lda #0
  sta mode_step
  sta obj_xs
  sta xs_lo
  sta end_line
  lda #PS_WALKIN
  sta player_state
  lda #24
  sta end_timer
  ldy map_no
  lda map_bridge_end,y
  sta end_col
  lda #$FF
  sta music_ask
  lda #SFX_LIGHT
  sta sfx_ask
  lda #5                   ; 5000
  ldx #3
  jmp add_score

end_frame:
  ldx mode_step
  lda @low,x
  sta ptr
  lda @high,x
  sta ptr+1
  jmp (ptr)
@low:  .byte <end_bridge, <end_walk, <end_words, <end_pause
@high: .byte >end_bridge, >end_walk, >end_words, >end_pause

; Plank by plank from the lever on; whoever stands there falls.
end_bridge:
  dec end_timer
  bne @out
  lda #5
  sta end_timer
  ldy map_no
  lda end_col
  cmp map_bridge,y
  bcc @gone
  ldx map_bridge_row,y
  stx t0
  ldy t0
  jsr block_at
  lda #MT_SKY
  jsr set_block
  dec end_col
  lda #SFX_BREAK
  sta sfx_ask
  ldx #5                   ; the badger has lost his footing
@badger:
  lda obj_type,x
  cmp #TYPE_BADGER
  bne @next
  lda #STATE_STARE
  sta obj_state,x
@next:
  dex
  bne @badger
@out:
  rts
@gone:
  lda #TUNE_CLEAR
  sta music_ask
  inc mode_step
  rts

; To the friend.
end_walk:
  lda #BUTTON_RIGHT
  sta held
  lda #0
  sta pressed
  jsr move_player
  ldx #5
@search:
  lda slot_used,x
  beq @next
  lda obj_type,x
  cmp #TYPE_HAZEL
  beq @friend
@next:
  dex
  bne @search
  rts
@friend:
  lda obj_x,x
  sec
  sbc #40
  sta t0
  lda obj_page,x
  sbc #0
  sta t1
  lda obj_x
  cmp t0
  lda obj_page
  sbc t1
  bcc @out
  lda #0
  sta obj_xs
  sta xs_lo
  lda #30
  sta end_timer
  inc mode_step
@out:
  rts

; One line after the other, as queue entries. The camera rests on an even page.
end_words:
  dec end_timer
  bne @out
  lda #40
  sta end_timer
  ldx end_line
  cpx #END_LINES
  beq @all
  inc end_line
  lda @start,x
  tax
  ldy vq_len
@byte:
  lda @text,x
  beq @queued
  sta vq,y
  inx
  iny
  bne @byte
@queued:
  sty vq_len
@out:
  rts
@all:
  lda #250
  sta end_timer
  inc mode_step
  rts
@text:
@line1: .byte $21,$29, 14, "THE BADGER HAS", 0
@line2: .byte $21,$69, 14, "LEFT THE KEEP!", 0
@line3: .byte $21,$A9, 14, "HAZEL IS FREE,", 0
@line4: .byte $21,$E7, 17, "THE TRAIL GOES ON", 0
@start: .byte 0, @line2-@text, @line3-@text, @line4-@text

end_pause:
  dec end_timer
  bne @out
  jmp world_done
@out:
  rts
