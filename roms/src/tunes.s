; The tunes: two voices each, of the same length where they loop. See play_voice.
.define MELODIES mel_title, mel_trail, mel_clear, mel_over, mel_cellar, mel_crowns, mel_keep, mel_lost
.define BASSES bass_title, bass_trail, bass_clear, bass_over, bass_cellar, bass_crowns, bass_keep, bass_lost
melody_low:  .lobytes MELODIES
melody_high: .hibytes MELODIES
bass_low:    .lobytes BASSES
bass_high:   .hibytes BASSES

Q = $80+20                 ; lengths, in frames
E = $80+10
S = $80+7
H = $80+40

mel_title:
  .byte E, c5,0,e5,0,g5,0,e5,0, a5,0,g5,e5,d5,0,0,0
  .byte f5,0,a5,0,c6,0,a5,0, g5,0,0,0,0,0,0,0, END
bass_title:
  .byte E, c4,0,g4,0,c4,0,g4,0, f4,0,c4,0,g4,0,d4,0
  .byte f4,0,c4,0,f4,0,c4,0, c4,0,g4,0,c4,0,0,0, END

mel_trail:
  .byte E, e5,0,g5,0,a5,g5,e5,0, c5,0,d5,e5,d5,0,g4,0
  .byte e5,0,g5,0,a5,c6,b5,a5, g5,0,0,e5,d5,0,0,0
  .byte f5,0,a5,0,c6,a5,f5,0, e5,0,g5,0,c6,g5,e5,0
  .byte d5,e5,f5,d5,b4,0,d5,0, c5,0,0,g4,c5,0,0,0
  .byte a5,0,0,a5,g5,0,e5,0, f5,g5,a5,f5,e5,0,c5,0
  .byte a5,0,0,a5,b5,0,c6,0, b5,0,g5,0,d5,0,0,0
  .byte e5,0,g5,0,a5,g5,e5,0, f5,0,a5,0,c6,a5,f5,0
  .byte e5,g5,c6,g5,f5,d5,b4,d5, c5,0,e5,0,c5,0,0,0, LOOP
bass_trail:
  .byte E, c4,0,g4,0,c4,0,g4,0, g3,0,d4,0,g3,0,d4,0
  .byte a3,0,e4,0,a3,0,e4,0, g3,0,d4,0,g3,0,b3,0
  .byte f3,0,c4,0,f3,0,c4,0, c4,0,g4,0,c4,0,g4,0
  .byte g3,0,d4,0,g3,0,d4,0, c4,0,g3,0,c4,0,0,0
  .byte a3,0,e4,0,c4,0,g4,0, f3,0,c4,0,c4,0,g4,0
  .byte a3,0,e4,0,e4,0,b3,0, g3,0,d4,0,g3,0,b3,0
  .byte c4,0,g4,0,c4,0,g4,0, f3,0,c4,0,f3,0,c4,0
  .byte c4,0,g3,0,g3,0,g3,0, c4,0,g3,0,c4,0,0,0, LOOP

mel_clear:
  .byte E, c5,e5,g5,c6,g5,c6, H, e6, E, d6,c6,d6,e6, H, c6, END
bass_clear:
  .byte Q, c4,e4,g4, H, c4, Q, f4,g4, H, c4, END
mel_over:
  .byte Q, g5,e5,c5, H, d5,a4, c5, END
bass_over:
  .byte Q, c4,g3,e3, H, f3,g3, c4, END

; Under the roots: A minor, low, with holes in it.
mel_cellar:
  .byte E, a4,0,c5,0,e5,0,ds5,e5, 0,0,c5,0,a4,0,0,0
  .byte g4,0,b4,0,d5,0,cs5,d5, 0,0,b4,0,g4,0,0,0
  .byte f4,0,a4,0,c5,0,b4,c5, 0,0,a4,0,f4,0,a4,0
  .byte e4,0,gs4,0,b4,0,d5,c5, b4,0,gs4,0,e4,0,0,0
  .byte a4,a5,0,0,e5,0,c5,0, d5,ds5,e5,0,c5,0,a4,0
  .byte f4,f5,0,0,c5,0,a4,0, b4,c5,b4,0,gs4,0,e4,0, LOOP
bass_cellar:
  .byte E, a2,0,0,a2,0,0,e3,0, a2,0,0,a2,0,0,g2,0
  .byte g2,0,0,g2,0,0,d3,0, g2,0,0,g2,0,0,fs2,0
  .byte f2,0,0,f2,0,0,c3,0, f2,0,0,f2,0,0,f2,0
  .byte e2,0,0,e2,0,0,b2,0, e2,0,e3,0,d3,0,b2,0
  .byte a2,0,a3,0,a2,0,a3,0, a2,0,a3,0,a2,0,g2,0
  .byte f2,0,f3,0,f2,0,f3,0, e2,0,e3,0,e2,0,gs2,0, LOOP

; In the crowns of the trees: three beats, D major, always rising.
mel_crowns:
  .byte E, d5,0,fs5,a5,0,fs5, b5,0,a5,fs5,0,d5
  .byte e5,0,g5,b5,0,g5, a5,0,0,0,0,0
  .byte d6,0,b5,g5,0,b5, cs6,0,a5,fs5,0,a5
  .byte b5,0,g5,e5,0,g5, fs5,0,e5,d5,0,0
  .byte g5,0,b5,d6,0,b5, fs5,0,a5,d6,0,a5
  .byte e5,0,g5,cs6,0,a5, d6,0,0,a5,0,fs5
  .byte g5,a5,b5,0,g5,0, fs5,g5,a5,0,fs5,0
  .byte e5,fs5,g5,e5,cs5,a4, d5,0,0,d5,0,0, LOOP
bass_crowns:
  .byte E, d3,0,a3,d4,0,a3, d3,0,a3,d4,0,a3
  .byte e3,0,b3,e4,0,b3, a2,0,e3,a3,0,e3
  .byte g3,0,d4,g4,0,d4, fs3,0,cs4,fs4,0,cs4
  .byte e3,0,b3,a3,0,e3, d3,0,a3,d4,0,a3
  .byte g3,0,d4,g4,0,d4, fs3,0,a3,d4,0,a3
  .byte a3,0,e4,a3,0,e4, d3,0,a3,d4,0,a3
  .byte e3,0,b3,e4,0,b3, d3,0,a3,d4,0,a3
  .byte a2,0,e3,a3,0,e3, d3,0,a3,d3,0,0, LOOP

; In the keep: D minor, close steps, no rest.
mel_keep:
  .byte S, d5,cs5,d5,cs5,d5,f5,e5,d5, cs5,c5,cs5,c5,cs5,e5,d5,cs5
  .byte d5,cs5,d5,cs5,d5,f5,a5,gs5, a5,gs5,g5,fs5,f5,e5,ds5,d5
  .byte as_4,a4,as_4,a4,as_4,d5,f5,e5, d5,cs5,d5,cs5,d5,f5,as_5,a5
  .byte gs5,g5,gs5,g5,gs5,f5,d5,b4, cs5,d5,ds5,e5,f5,fs5,g5,gs5, LOOP
bass_keep:
  .byte S, d3,0,d3,d3,0,d3,d3,0, cs3,0,cs3,cs3,0,cs3,cs3,0
  .byte d3,0,d3,d3,0,d3,d3,0, f3,0,f3,f3,0,e3,ds3,0
  .byte as_2,0,as_2,as_2,0,as_2,as_2,0, d3,0,d3,d3,0,d3,d3,0
  .byte gs2,0,gs2,gs2,0,gs2,gs2,0, a2,0,a2,a2,0,a2,a2,0, LOOP

mel_lost:
  .byte E, c5,c5, S, b4,as_4,a4,gs4, Q, g4,0, e4,c4, END
bass_lost:
  .byte E, c4,c4, S, b3,as_3,a3,gs3, Q, g3,0, e3,c3, END
