// The caller's page: one button, one call. The sound is softphone.js; here is only what a person sees and presses.

import { connect } from "/shared/softphone.js";
import { Captions } from "./captions.js";
import { forget, recall, remember } from "./memory.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const METER_MS = 100;
const STATUS = {
  asking: "请在浏览器的提示里允许使用麦克风",
  connecting: "正在接通…",
  connected: "通话中",
  lost: "网络断开了，正在重新连接，请稍候…",
};
const ENDED = {
  local_hangup: "通话已结束",
  media_timeout: "网络断开太久，通话已结束，请重新拨打",
  shutdown: "热线正在维护，请稍后再拨",
  blocked: "暂时无法为您接通",
  "failed:no media": "声音没有接通，请检查网络后再拨",
};

const part = (id) => document.getElementById(id);
const captions = new Captions(part("captions"));
let phone = null;
let startedAt = 0;
let lock = null;
let ticking = 0;

async function call(resume = "") {
  showProblem(null);
  part("call").disabled = true;
  const iceServers = await servers();
  phone = connect({
    mediaUrl: "/api/v1/web-calls",
    fields: { called: new URLSearchParams(location.search).get("called") ?? "" },
    resume,
    iceServers,
    audio: part("heard"),
    onState: follow,
    onMessage: receive,
    onBlocked: () => say("请点一下屏幕，打开声音"),
    onProblem: showProblem,
  });
}

async function servers() {
  try {
    return (await (await fetch("/api/v1/web-calls/servers")).json()).ice_servers;
  } catch {
    return []; // the call itself will tell that the network is away
  }
}

function follow(state, detail) {
  const live = state === "connected" || state === "lost";
  document.body.dataset.state = state;
  if (state === "connected" && !startedAt) startedAt = Date.now();
  if (state === "ended") say(ENDED[detail] ?? "对方已挂断，通话结束");
  else if (state === "failed") say("没有接通");
  else say(STATUS[state] ?? "");
  if (state === "failed") showProblem(detail);
  if (state === "connected") keepAwake();
  if (state === "ended" || state === "failed") finish();
  part("timer").hidden = !startedAt;
  part("hints").hidden = live || captions.used;
  part("captions").hidden = !live && !captions.used;
  part("call").hidden = live || state === "connecting";
  part("call").disabled = state === "asking";
  part("call-text").textContent = captions.used || state === "failed" ? "重新拨打" : "拨打电话";
  part("controls").hidden = part("meter").hidden = !(live || state === "connecting");
  if (state === "connecting") part("hangup").focus();
}

function receive(message) {
  if (message.type === "resume") remember({ token: message.token, startedAt: startedAt || Date.now() });
  else if (message.type === "caption") {
    captions.show(message);
    part("captions").hidden = false;
    part("hints").hidden = true;
  }
}

function finish() {
  forget();
  clearInterval(ticking);
  ticking = 0;
  lock?.release();
  lock = null;
  toggleKeypad(false);
  setMuted(false);
  captions.settle();
  part("call").focus();
}

// --- what is shown ------------------------------------------------------------------------------------------------

function say(text) {
  part("status").textContent = text;
}

function showProblem(problem) {
  part("problem").hidden = !problem;
  part("problem-what").textContent = problem?.message ?? "";
  part("problem-remedy").textContent = problem?.remedy ?? "";
}

function tick() {
  if (!phone || !startedAt) return;
  const seconds = Math.floor((Date.now() - startedAt) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  part("timer").textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  const level = Math.round(phone.levels().input * 100);
  part("meter").setAttribute("aria-valuenow", String(level));
  part("meter-fill").style.transform = `scaleX(${level / 100})`;
}

async function keepAwake() {
  if (!ticking) ticking = setInterval(tick, METER_MS);
  try {
    lock ??= await navigator.wakeLock?.request("screen");
  } catch {
    lock = null; // a low battery forbids it; the call goes on
  }
}

// --- what is pressed ----------------------------------------------------------------------------------------------

function setMuted(muted) {
  if (phone && phone.state !== "ended") phone.mute(muted);
  part("mute").setAttribute("aria-pressed", String(muted));
  part("mute").textContent = muted ? "取消静音" : "静音";
}

function toggleKeypad(open = part("keypad").hidden) {
  part("keypad").hidden = !open;
  part("keys").setAttribute("aria-expanded", String(open));
}

function press(key) {
  if (phone?.sendKey(key)) captions.pressed(key);
}

function buildKeypad() {
  for (const key of KEYS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = key;
    button.setAttribute("aria-label", { "*": "星号键", "#": "井号键" }[key] ?? `${key} 键`);
    button.addEventListener("click", () => press(key));
    part("keypad").append(button);
  }
}

function inCall() {
  return phone?.state === "connected" || phone?.state === "lost";
}

buildKeypad();
part("call").addEventListener("click", () => {
  captions.clear();
  startedAt = 0;
  call();
});
part("hangup").addEventListener("click", () => phone?.hangup());
part("mute").addEventListener("click", () => setMuted(!phone?.muted));
part("keys").addEventListener("click", () => toggleKeypad());
document.addEventListener("click", () => part("heard").play()?.catch(() => {}));
document.addEventListener("keydown", (event) => {
  if (!inCall() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (KEYS.includes(event.key)) press(event.key);
  else if (event.key === "m" || event.key === "M") setMuted(!phone.muted);
  else if (event.key === "Escape") toggleKeypad(false);
});

const kept = recall();
if (kept) {
  startedAt = kept.startedAt;
  call(kept.token);
}
