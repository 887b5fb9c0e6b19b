; Sound effects on pulse 2 and noise, tunes on pulse 1 and triangle.
.include "notes.inc"

; The voices' state: index 0 is pulse 1, 1 the triangle.
voice_low   = snd          ; next byte of the voice's notes, high byte 0 = silent
voice_high  = snd+2
voice_wait  = snd+4        ; frames until the next note
voice_len   = snd+6        ; frames of a note
loop_low    = snd+8
loop_high   = snd+10
effect_low  = snd+12
effect_high = snd+13
effect_wait = snd+14

SFX_JUMP   = 1
SFX_STOMP  = 2
SFX_BERRY  = 3
SFX_BUMP   = 4
SFX_BREAK  = 5
SFX_GROW   = 6
SFX_SHRINK = 7
SFX_SPROUT = 8
SFX_LIFE   = 9
SFX_LOST   = 10
SFX_SLIDE  = 11
SFX_TICK   = 12
SFX_PAUSE  = 13
SFX_KICK   = 14
SFX_THROW  = 15
SFX_FLAME  = 16
SFX_LIGHT  = 17
SFX_HURRY  = 18

TUNE_TITLE = 1
TUNE_TRAIL = 2
TUNE_CLEAR = 3
TUNE_OVER  = 4
TUNE_CELLAR = 5
TUNE_CROWNS = 6
TUNE_KEEP  = 7
TUNE_LOST  = 8

play_sound:
  ldx music_ask
  beq @no_music
  jsr start_tune
@no_music:
  ldx sfx_ask
  beq @no_effect
  lda effects_low-1,x
  sta effect_low
  lda effects_high-1,x
  sta effect_high
  lda #1
  sta effect_wait
@no_effect:
  lda #0
  sta music_ask
  sta sfx_ask
  lda paused
  bne @effect_only
  jsr play_voices
  lda hurry                ; half as fast again: twice in every other frame
  beq @effect_only
  lda frame
  lsr a
  bcc @effect_only
  jsr play_voices
@effect_only:
  jmp play_effect

play_voices:
  ldx #0
  jsr play_voice
  ldx #1
  jmp play_voice

; X = tune, $FF none.
start_tune:
  lda #$30
  sta PULSE1
  lda #$80
  sta TRIANGLE
  lda #0
  sta voice_high
  sta voice_high+1
  cpx #$FF
  beq @out
  lda melody_low-1,x
  sta voice_low
  sta loop_low
  lda melody_high-1,x
  sta voice_high
  sta loop_high
  lda bass_low-1,x
  sta voice_low+1
  sta loop_low+1
  lda bass_high-1,x
  sta voice_high+1
  sta loop_high+1
  lda #1
  sta voice_wait
  sta voice_wait+1
@out:
  rts

; Notes: 0 rest, 1-60 from notes.inc, $80 + n: notes of n frames from here,
; END stops, LOOP starts over.
END  = $FE
LOOP = $FF
play_voice:
  lda voice_high,x
  beq @out
  dec voice_wait,x
  beq @next
  txa
  bne @out                 ; pulse 1 fades within a note
  lda voice_wait
  cmp #6
  bcs @out
  lda #$B1
  sta PULSE1
@out:
  rts
@next:
  lda voice_low,x
  sta snd_ptr
  lda voice_high,x
  sta snd_ptr+1
@byte:
  ldy #0
  lda (snd_ptr),y
  inc snd_ptr
  bne @same_page
  inc snd_ptr+1
@same_page:
  cmp #LOOP
  beq @again
  cmp #END
  beq @end
  cmp #$80
  bcc @note
  and #$7F
  sta voice_len,x
  bne @byte
@again:
  lda loop_low,x
  sta snd_ptr
  lda loop_high,x
  sta snd_ptr+1
  bne @byte
@end:
  lda #0
  sta voice_high,x
  beq @rest
@note:
  tay
  lda voice_len,x
  sta voice_wait,x
  lda snd_ptr
  sta voice_low,x
  lda snd_ptr+1
  sta voice_high,x
  tya
  beq @rest
  dey
  txa
  bne @triangle
  lda #$B5
  sta PULSE1
  lda #$08
  sta PULSE1+1
  lda note_low,y
  sta PULSE1+2
  lda note_high,y
  sta PULSE1+3
  rts
@triangle:
  lda #$FF
  sta TRIANGLE
  lda note_low,y
  sta TRIANGLE+2
  lda note_high,y
  sta TRIANGLE+3
  rts
@rest:
  txa
  bne @quiet
  lda #$30
  sta PULSE1
  rts
@quiet:
  lda #$80
  sta TRIANGLE
  rts

; Steps of an effect: frames, then for pulse 2 its volume and period (low, high); with bit
; 7 of the frames set, noise: volume and period. 0 ends it.
play_effect:
  lda effect_high
  beq @out
  dec effect_wait
  bne @out
  sta snd_ptr+1
  lda effect_low
  sta snd_ptr
  ldy #0
  lda (snd_ptr),y
  beq @end
  asl a
  php
  lsr a
  sta effect_wait
  iny
  plp
  bcs @noise
  lda (snd_ptr),y
  sta PULSE2
  lda #$08
  sta PULSE2+1
  iny
  lda (snd_ptr),y
  sta PULSE2+2
  iny
  lda (snd_ptr),y
  sta PULSE2+3
  lda #4
  bne @advance
@noise:
  lda (snd_ptr),y
  sta NOISE
  iny
  lda (snd_ptr),y
  sta NOISE+2
  lda #$08
  sta NOISE+3
  lda #3
@advance:
  clc
  adc effect_low
  sta effect_low
  bcc @out
  inc effect_high
@out:
  rts
@end:
  sta effect_high
  lda #$30
  sta PULSE2
  sta NOISE
  rts

.define EFFECTS fx_jump, fx_stomp, fx_coin, fx_bump, fx_break, fx_grow, fx_shrink, fx_sprout, fx_life, fx_lost, fx_slide, fx_tick, fx_pause, fx_kick, fx_throw, fx_flame, fx_light, fx_hurry
effects_low:  .lobytes EFFECTS
effects_high: .hibytes EFFECTS

fx_jump:   .byte 3,$B6,$D0,$01, 3,$B6,$80,$01, 3,$B5,$40,$01, 3,$B4,$10,$01, 3,$B2,$F0,$00, 0
fx_stomp:  .byte 2,$B7,$80,$02, 2,$B7,$00,$03, 3,$B5,$80,$03, 0
fx_coin:   .byte 4,$76,$70,$00, 8,$76,$4B,$00, 8,$73,$4B,$00, 0
fx_bump:   .byte 3,$B6,$A0,$03, 3,$B4,$20,$04, 0
fx_break:  .byte $83,$3A,$0C, $84,$37,$0D, $84,$34,$0E, 0
fx_grow:   .byte 4,$76,$D5,$00, 4,$76,$A9,$00, 4,$76,$8E,$00, 4,$76,$6A,$00, 4,$76,$8E,$00, 6,$76,$54,$00, 8,$73,$54,$00, 0
fx_shrink: .byte 5,$76,$54,$00, 5,$76,$8E,$00, 5,$75,$A9,$00, 8,$74,$1C,$01, 0
fx_sprout: .byte 3,$74,$7B,$01, 3,$74,$52,$01, 3,$75,$2D,$01, 3,$75,$0C,$01, 3,$75,$EF,$00, 3,$74,$D5,$00, 0
fx_life:   .byte 6,$77,$A9,$00, 6,$77,$8E,$00, 6,$77,$54,$00, 6,$77,$6A,$00, 6,$77,$5E,$00, 12,$75,$46,$00, 0
fx_lost:   .byte 8,$77,$D5,$00, 8,$77,$FD,$00, 8,$77,$1C,$01, 8,$76,$52,$01, 12,$75,$AB,$01, 20,$73,$56,$03, 0
fx_slide:  .byte 5,$75,$54,$00, 5,$75,$64,$00, 5,$75,$77,$00, 5,$75,$8E,$00, 5,$75,$A9,$00, 5,$75,$C9,$00, 6,$74,$EF,$00, 0
fx_tick:   .byte 2,$74,$4B,$00, 0
fx_pause:  .byte 5,$76,$6A,$00, 5,$76,$A9,$00, 5,$76,$6A,$00, 0
fx_kick:   .byte 2,$B7,$40,$01, 2,$B7,$A0,$01, 3,$B5,$00,$02, 0
fx_throw:  .byte 2,$76,$60,$01, 2,$75,$20,$01, 2,$73,$E0,$00, 0
fx_flame:  .byte $85,$36,$0E, $85,$38,$0D, $88,$35,$0E, $88,$32,$0F, 0
fx_light:  .byte 5,$76,$8E,$00, 5,$76,$6A,$00, 5,$76,$54,$00, 10,$74,$46,$00, 0
fx_hurry:  .byte 5,$77,$54,$00, 5,$30,$00,$00, 5,$77,$54,$00, 5,$30,$00,$00, 5,$77,$4B,$00, 10,$76,$46,$00, 0
