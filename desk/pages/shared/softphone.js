// A browser's sound on a call of the hotline: one plain ES module for the caller's page and for the agent's softphone.
// Types and the contract with the server are in softphone.d.ts; nothing here touches a page's elements.

import { MediaProblem, openMicrophone } from "./microphone.js";

export { MediaProblem, devices } from "./microphone.js";
export { ringTone } from "./ringtone.js";

const CHANNEL = "hotline";
const TICK_MS = 500;
// The server sends a packet every 20 ms, silence too: without any for so long the connection is dead.
const SILENCE_MS = 3000;
// The server keeps a call four seconds without packets; after that it answers "gone" and we stop by ourselves.
const GIVE_UP_MS = 20000;
const RETRY_MS = 700;
const GATHER_MS = 1500;
const GOODBYE_MS = 150;

/** Connect to a call; returns at once, and tells how it goes by `onState`. */
export function connect(options) {
  const phone = new Softphone(options);
  phone.start();
  return phone;
}

export class Softphone {
  constructor(options) {
    this.options = options;
    this.state = "new";
    this.muted = false;
    this.resumeToken = options.resume || "";
    this.answer = null;
    this.audio = options.audio || new Audio();
    this.audio.autoplay = true;
    this.connection = null;
    this.stream = null;
    this.meters = null;
  }

  async start() {
    try {
      if (!this.options.listenOnly) {
        this.tell("asking");
        this.stream = await openMicrophone(this.options.input, this.options.constraints);
        this.mute(this.muted);
        this.watchMicrophone();
      }
      if (this.over) return this.release();
      this.tell("connecting");
      if (this.options.output) await this.setOutput(this.options.output);
      await this.open();
      this.timer = setInterval(() => this.tick(), TICK_MS);
    } catch (error) {
      this.fail(error);
    }
  }

  get over() {
    return this.state === "ended" || this.state === "failed";
  }

  // --- what a person does ---------------------------------------------------------------------------------------

  mute(muted = true) {
    this.muted = muted;
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  /** Press a key: on the data channel, or as a telephone event while that is not open. */
  sendKey(key) {
    if (this.send({ type: "key", key })) return true;
    const sender = this.connection?.sender?.dtmf;
    if (!sender?.canInsertDTMF) return false;
    sender.insertDTMF(key, 160, 60);
    return true;
  }

  /** Send an object to the hotline; false while the data channel is not open. */
  send(message) {
    const channel = this.connection?.channel;
    if (channel?.readyState !== "open") return false;
    channel.send(JSON.stringify(message));
    return true;
  }

  hangup() {
    if (this.over) return;
    const told = this.send({ type: "hangup" });
    const { connection } = this;
    this.connection = null;
    this.end("local_hangup");
    // The message needs a moment to leave; after a plain close the server waits for a page that reloads.
    setTimeout(() => connection?.close(), told ? GOODBYE_MS : 0);
  }

  async setInput(deviceId) {
    const stream = await openMicrophone(deviceId, this.options.constraints);
    const former = this.stream;
    this.options.input = deviceId;
    this.stream = stream;
    this.mute(this.muted);
    await this.connection?.sender?.replaceTrack(stream.getAudioTracks()[0]);
    stopTracks(former);
    this.watchMicrophone();
    this.meters?.listenTo("input", stream);
  }

  /** Choose the loudspeaker; false where the browser cannot (Firefox before 116, Safari). */
  async setOutput(deviceId) {
    if (!this.audio.setSinkId) return false;
    await this.audio.setSinkId(deviceId);
    this.options.output = deviceId;
    return true;
  }

  setVolume(volume) {
    this.audio.volume = Math.min(1, Math.max(0, volume));
  }

  /** Loudness now, 0 to 1, of the microphone and of what is heard; for a meter that asks a few times a second. */
  levels() {
    if (!this.meters && this.connection) {
      this.meters = new Meters();
      if (this.stream) this.meters.listenTo("input", this.stream);
      if (this.audio.srcObject) this.meters.listenTo("output", this.audio.srcObject);
    }
    return { input: this.muted ? 0 : this.meters?.level("input") ?? 0, output: this.meters?.level("output") ?? 0 };
  }

  // --- the connection -------------------------------------------------------------------------------------------

  async open() {
    const connection = new Connection(this.options.iceServers ?? [], this.stream, {
      track: (stream) => this.hear(connection, stream),
      message: (text) => this.receive(connection, text),
      state: (state) => this.follow(connection, state),
    });
    this.pending = connection;
    try {
      const offer = await connection.offer();
      const answer = await this.post(offer);
      if (this.over) return connection.close();
      if (!this.answer) this.answer = answer;
      await connection.accept(answer);
    } catch (error) {
      connection.close();
      throw error;
    }
    this.connection?.close();
    this.connection = connection;
    this.pending = null;
    this.heardAt = performance.now();
  }

  post(offer) {
    const { mediaUrl, ticket, fields, resumeUrl } = this.options;
    if (this.resumeToken) {
      const url = resumeUrl || new URL("/api/v1/web-calls/resume", new URL(mediaUrl, location.href)).href;
      return postJson(url, { resume: this.resumeToken, ...offer });
    }
    return postJson(mediaUrl, { ...(ticket ? { ticket } : {}), ...fields, ...offer });
  }

  hear(connection, stream) {
    if (connection !== this.connection && connection !== this.pending) return;
    // Chromium gives WebAudio nothing of a remote track that no element plays.
    this.audio.srcObject = stream;
    this.audio.play()?.catch(() => this.options.onBlocked?.());
    this.meters?.listenTo("output", stream);
  }

  receive(connection, text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (message.type === "resume") this.resumeToken = message.token;
    else if (message.type === "ended") this.end(message.cause);
    this.options.onMessage?.(message);
  }

  follow(connection, state) {
    if (connection !== this.connection && connection !== this.pending) return;
    if (state === "connected") {
      this.heardAt = performance.now();
      this.lostAt = 0;
      this.tell("connected");
    } else if ((state === "failed" || state === "closed") && connection === this.connection) {
      this.lose();
    }
  }

  async tick() {
    const { connection } = this;
    if (!connection || this.over) return;
    this.send({ type: "ping" });
    const packets = await connection.packets();
    if (connection !== this.connection || this.over) return;
    if (packets > connection.lastPackets) this.heardAt = performance.now();
    connection.lastPackets = packets;
    if (this.state === "connected" && performance.now() - this.heardAt > SILENCE_MS) this.lose();
  }

  /** The connection is dead: say so, and offer anew until the call is back or gone. */
  async lose() {
    if (this.over || this.reconnecting) return;
    if (!this.resumeToken) return this.fail(new MediaProblem("network"));
    this.reconnecting = true;
    this.lostAt = performance.now();
    this.tell("lost");
    while (!this.over && this.state !== "connected") {
      if (performance.now() - this.lostAt > GIVE_UP_MS) {
        this.end("media_timeout");
        break;
      }
      try {
        await this.open();
        await this.connection?.settled(SILENCE_MS);
      } catch (error) {
        if (error.status === 404 || error.status === 410) this.end("media_timeout");
      }
      if (this.over || this.state === "connected") break;
      await new Promise((resume) => setTimeout(resume, RETRY_MS));
    }
    this.reconnecting = false;
  }

  watchMicrophone() {
    const track = this.stream.getAudioTracks()[0];
    // Unplugged: go on with whatever microphone is left rather than with silence.
    track.addEventListener("ended", () => {
      if (!this.over && track === this.stream?.getAudioTracks()[0]) {
        this.setInput("").catch((error) => this.options.onProblem?.(asProblem(error)));
      }
    });
  }

  // --- the end --------------------------------------------------------------------------------------------------

  end(cause) {
    if (this.over) return;
    this.tell("ended", cause);
    this.release();
  }

  fail(error) {
    if (this.over) return;
    this.tell("failed", asProblem(error));
    this.release();
  }

  release() {
    clearInterval(this.timer);
    stopTracks(this.stream);
    this.pending?.close();
    this.connection?.close();
    this.connection = this.pending = null;
    this.audio.srcObject = null;
    this.meters?.close();
    this.meters = null;
  }

  tell(state, detail) {
    if (this.state === state) return;
    this.state = state;
    this.options.onState?.(state, detail);
  }
}

/** One RTCPeerConnection; a call may need several. */
class Connection {
  constructor(iceServers, stream, events) {
    const pc = (this.pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" }));
    this.lastPackets = 0;
    const track = stream?.getAudioTracks()[0];
    const transceiver = pc.addTransceiver(track ?? "audio", {
      direction: track ? "sendrecv" : "recvonly",
      streams: track ? [stream] : [],
    });
    this.sender = transceiver.sender;
    this.receiver = transceiver.receiver;
    lowDelay(this.receiver);
    this.channel = pc.createDataChannel(CHANNEL);
    this.channel.onmessage = (event) => events.message(event.data);
    pc.ontrack = (event) => events.track(event.streams[0] ?? new MediaStream([event.track]));
    pc.onconnectionstatechange = () => events.state(pc.connectionState);
  }

  /** The offer with its candidates: one request, no trickle. */
  async offer() {
    const { pc } = this;
    await pc.setLocalDescription();
    await new Promise((done) => {
      const timer = setTimeout(done, GATHER_MS);
      const look = () => {
        if (pc.iceGatheringState !== "complete") return;
        clearTimeout(timer);
        done();
      };
      pc.addEventListener("icegatheringstatechange", look);
      look();
    });
    return { sdp: pc.localDescription.sdp, type: "offer" };
  }

  accept(answer) {
    return this.pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  }

  async settled(limit) {
    const until = performance.now() + limit;
    while (performance.now() < until && ["new", "connecting"].includes(this.pc.connectionState)) {
      await new Promise((resume) => setTimeout(resume, 50));
    }
  }

  async packets() {
    try {
      for (const report of (await this.receiver.getStats()).values()) {
        if (report.type === "inbound-rtp") return report.packetsReceived;
      }
    } catch {
      // a closed connection has no statistics
    }
    return 0;
  }

  close() {
    this.pc.onconnectionstatechange = this.pc.ontrack = null;
    this.pc.close();
  }
}

/** Loudness of the two directions by WebAudio. */
class Meters {
  constructor() {
    this.context = new AudioContext();
    this.parts = {};
  }

  listenTo(name, stream) {
    this.parts[name]?.source.disconnect();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    const source = this.context.createMediaStreamSource(stream);
    source.connect(analyser);
    this.parts[name] = { source, analyser, samples: new Float32Array(analyser.fftSize) };
  }

  level(name) {
    const part = this.parts[name];
    if (!part) return 0;
    part.analyser.getFloatTimeDomainData(part.samples);
    const power = part.samples.reduce((sum, sample) => sum + sample * sample, 0) / part.samples.length;
    // -50 dB is an empty meter, -10 dB (loud speech) a full one.
    return Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-10) + 50) / 40));
  }

  close() {
    this.context.close();
  }
}

async function postJson(url, body) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new MediaProblem("network");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { status } = response;
  if (status === 503) throw new MediaProblem("busy", { status });
  throw new MediaProblem("refused", { status, said: typeof answer.error === "string" ? answer.error : "" });
}

/** Ask the browser's own buffer for the least delay; where it does not know how, nothing happens. */
function lowDelay(receiver) {
  if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 20;
}

function stopTracks(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function asProblem(error) {
  return error instanceof MediaProblem ? error : new MediaProblem("network", { cause: error });
}
