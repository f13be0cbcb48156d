// Types of softphone.js: a browser's sound on a call of the hotline.
//
// With the server: POST mediaUrl {sdp, type: "offer", ticket?, ...fields} -> {sdp, type: "answer", ...}. On the data
// channel "hotline" the server sends {type: "resume", token}, {type: "caption", who, text, final}, {type: "key", key},
// {type: "ended", cause}; we send {type: "key", key}, {type: "hangup"} and a {type: "ping"} every half second.
// A lost connection is offered anew to POST resumeUrl {resume, sdp, type}; 404 means that the call has ended.

/**
 * new -> asking (microphone) -> connecting -> connected <-> lost (reconnecting by itself) -> ended | failed.
 * `detail` is the cause with "ended" (local_hangup, remote_hangup, media_timeout ...) and a MediaProblem with "failed".
 */
export type SoftphoneState = "new" | "asking" | "connecting" | "connected" | "lost" | "ended" | "failed";

export type ProblemCode =
  | "insecure"
  | "unsupported"
  | "no_permission"
  | "no_device"
  | "in_use"
  | "busy"
  | "refused"
  | "network";

export class MediaProblem extends Error {
  readonly code: ProblemCode;
  /** What the person can do about it, in Chinese; `message` says what happened. */
  readonly remedy: string;
  /** HTTP status behind "busy" and "refused", else 0. */
  readonly status: number;
}

export interface ServerMessage {
  type: string;
  [field: string]: unknown;
}

export interface SoftphoneOptions {
  /** Where the offer is posted: `media.url` of a ring message, or /api/v1/web-calls. */
  mediaUrl: string;
  /** The one-time ticket of a ring message. */
  ticket?: string;
  /** Further fields of the first request. */
  fields?: Record<string, unknown>;
  /** Token of an earlier connection of this call (kept over a page's reload): the first offer resumes it. */
  resume?: string;
  /** Default: /api/v1/web-calls/resume on the host of `mediaUrl`. */
  resumeUrl?: string;
  /** Default: none, which is enough on one network. */
  iceServers?: RTCIceServer[];
  /** deviceId of microphone and loudspeaker; empty is the default one. */
  input?: string;
  output?: string;
  /** Hear without a microphone (a supervisor). */
  listenOnly?: boolean;
  /** Merged over echo cancellation, noise suppression and gain control, which are on. */
  constraints?: MediaTrackConstraints;
  /** The element that plays the other side; default a new one that is not in the page. */
  audio?: HTMLAudioElement;
  onState?(state: SoftphoneState, detail?: string | MediaProblem): void;
  /** Every message of the server, after the softphone took what concerns it. */
  onMessage?(message: ServerMessage): void;
  /** The browser wants a click before it plays sound: call `audio.play()` from one. */
  onBlocked?(): void;
  /** The microphone was pulled out and no other one works; the call goes on without. */
  onProblem?(problem: MediaProblem): void;
}

export class Softphone {
  readonly state: SoftphoneState;
  readonly muted: boolean;
  /** Keep it (sessionStorage) to come back after a reload; empty until connected. */
  readonly resumeToken: string;
  /** The server's first answer, with call_id for callers; null until then. */
  readonly answer: (ServerMessage & { sdp: string; call_id?: string }) | null;
  readonly audio: HTMLAudioElement;
  mute(muted?: boolean): void;
  /** One of 0-9 * # A-D; false when it could not be sent. */
  sendKey(key: string): boolean;
  send(message: Record<string, unknown>): boolean;
  hangup(): void;
  /** Rejects with a MediaProblem and leaves the former microphone on. */
  setInput(deviceId: string): Promise<void>;
  /** False where the browser cannot choose. */
  setOutput(deviceId: string): Promise<boolean>;
  setVolume(volume: number): void;
  /** Loudness now, 0 to 1. */
  levels(): { input: number; output: number };
}

export function connect(options: SoftphoneOptions): Softphone;

export interface Device {
  deviceId: string;
  label: string;
}

export function devices(): Promise<{ inputs: Device[]; outputs: Device[] }>;

export interface RingTone {
  readonly ringing: boolean;
  start(): Promise<void>;
  stop(): void;
}

export function ringTone(options?: { volume?: number; output?: string }): RingTone;
