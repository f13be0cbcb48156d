// A ring tone by WebAudio: no sound file, no licence, any loudspeaker.

const CYCLE_S = 3;
const BURSTS = [0, 0.45];
const BURST_S = 0.35;
const PITCHES = [880, 1108.7];

/** A ring tone: `start()` rings until `stop()`; `volume` is 0 to 1, `output` a loudspeaker's deviceId. */
export function ringTone({ volume = 0.4, output = "" } = {}) {
  let context = null;
  let timer = 0;

  function cycle(gain) {
    for (const offset of BURSTS) {
      const at = context.currentTime + 0.02 + offset;
      for (const pitch of PITCHES) {
        const tone = context.createOscillator();
        const shape = context.createGain();
        tone.frequency.value = pitch;
        // Soft edges: a tone that is switched clicks.
        shape.gain.setValueAtTime(0, at);
        shape.gain.linearRampToValueAtTime(0.5, at + 0.02);
        shape.gain.setValueAtTime(0.5, at + BURST_S - 0.05);
        shape.gain.linearRampToValueAtTime(0, at + BURST_S);
        tone.connect(shape).connect(gain);
        tone.start(at);
        tone.stop(at + BURST_S);
      }
    }
  }

  return {
    get ringing() {
      return context !== null;
    },
    async start() {
      if (context) return;
      context = new AudioContext();
      const gain = context.createGain();
      gain.gain.value = volume;
      gain.connect(context.destination);
      if (output && context.setSinkId) await context.setSinkId(output).catch(() => {});
      if (!context) return;
      cycle(gain);
      timer = setInterval(() => cycle(gain), CYCLE_S * 1000);
    },
    stop() {
      clearInterval(timer);
      context?.close();
      context = null;
    },
  };
}
