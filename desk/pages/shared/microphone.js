// The microphone, and what to do when there is none: every refusal is one sentence with its remedy.

const TEXTS = {
  insecure: ["浏览器只在安全的页面上开放麦克风", "请用 https:// 开头的网址（或在本机用 localhost）打开本页"],
  unsupported: ["这个浏览器不能通话", "请换用新版的 Chrome、Edge、Firefox 或 Safari"],
  no_permission: ["没有使用麦克风的权限", "请点地址栏左边的图标，允许本页使用麦克风，再重新拨打"],
  no_device: ["没有找到麦克风", "请插上耳机或麦克风，再重新拨打"],
  in_use: ["麦克风正被别的程序占用", "请关掉其他通话或录音软件，再重新拨打"],
  busy: ["客服热线正忙", "请过一会儿再拨"],
  refused: ["通话没有接通", "请刷新页面后再拨一次"],
  network: ["网络连接不上", "请检查网络，再重新拨打"],
};

const BY_NAME = {
  NotAllowedError: "no_permission",
  SecurityError: "no_permission",
  NotFoundError: "no_device",
  OverconstrainedError: "no_device",
  NotReadableError: "in_use",
  AbortError: "in_use",
};

/** Why there is no call; `message` says what happened, `remedy` what to do about it, both for the person. */
export class MediaProblem extends Error {
  constructor(code, { status = 0, said = "", cause = undefined } = {}) {
    const [what, remedy] = TEXTS[code] ?? TEXTS.network;
    super(said || what, { cause });
    this.name = "MediaProblem";
    this.code = code;
    this.remedy = remedy;
    this.status = status;
  }
}

/** The microphone's stream; a device that is gone gives way to the default one. */
export async function openMicrophone(deviceId, constraints) {
  if (!window.isSecureContext) throw new MediaProblem("insecure");
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) throw new MediaProblem("unsupported");
  const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...constraints };
  try {
    return await ask(deviceId ? { ...wanted, deviceId: { exact: deviceId } } : wanted);
  } catch (error) {
    if (deviceId && error.code === "no_device") return ask(wanted);
    throw error;
  }
}

async function ask(audio) {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw new MediaProblem(BY_NAME[error.name] ?? "in_use", { cause: error });
  }
}

/** Microphones and loudspeakers; names are empty until the microphone was allowed once. */
export async function devices() {
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  const of = (kind) => all.filter((device) => device.kind === kind).map(({ deviceId, label }) => ({ deviceId, label }));
  return { inputs: of("audioinput"), outputs: of("audiooutput") };
}
