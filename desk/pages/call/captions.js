// What both sides say, line by line; a line grows while it is spoken and is settled by what was written down.

const NAMES = { caller: "我", bot: "客服", agent: "人工客服" };
const KEEP = 200;

export class Captions {
  constructor(box) {
    this.box = box;
    this.live = {};
    this.used = false;
    // The keypad takes room: the newest line stays in sight.
    new ResizeObserver(() => this.scroll()).observe(box);
  }

  scroll() {
    this.box.scrollTop = this.box.scrollHeight;
  }

  /** Show a caption `{who, text, final}`; everything is text, never markup. */
  show({ who, text, final }) {
    if (!NAMES[who] || (!text && !this.live[who])) return;
    this.used = true;
    const line = this.live[who] ?? this.add(who);
    if (text) line.lastChild.textContent = text;
    line.classList.toggle("live", !final);
    if (final) delete this.live[who];
    else this.live[who] = line;
    this.scroll();
  }

  /** A key that was pressed, shown as the caller's line. */
  pressed(key) {
    const line = this.box.lastElementChild;
    if (line?.dataset.keys) line.lastChild.textContent += key;
    else {
      const added = this.add("caller");
      added.dataset.keys = "1";
      added.lastChild.textContent = `按键 ${key}`;
    }
    this.used = true;
    this.scroll();
  }

  /** Nothing more will come for the lines that are still growing. */
  settle() {
    for (const line of Object.values(this.live)) line.classList.remove("live");
    this.live = {};
  }

  clear() {
    this.box.replaceChildren();
    this.live = {};
    this.used = false;
  }

  add(who) {
    const line = document.createElement("p");
    const name = document.createElement("b");
    line.className = `line ${who}`;
    name.textContent = NAMES[who];
    line.append(name, document.createElement("span"));
    this.box.append(line);
    while (this.box.childElementCount > KEEP) this.box.firstElementChild.remove();
    return line;
  }
}
