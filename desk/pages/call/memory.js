// What a page keeps of its call over a reload, in this tab only: the token that takes it back.

const NAME = "hotline.call";

export function remember(call) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(call));
  } catch {
    // storage is switched off: a reload then ends the call
  }
}

export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  } catch {
    return null;
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // see above
  }
}
