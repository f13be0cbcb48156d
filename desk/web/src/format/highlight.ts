/** Which parts of a sentence the agent's eye should find: numbers, times, places. Pure text in, pieces out. */

export interface Piece {
  text: string
  /** What the piece is; empty for plain text. */
  slot: '' | 'number' | 'time' | 'carrier' | 'demand'
}

const RULES: readonly [Exclude<Piece['slot'], ''>, RegExp][] = [
  ['number', /[A-Za-z]{0,4}\d{4,}|[零〇幺一二两三四五六七八九]{4,}/gu],
  ['time', /(?:今天|明天|后天|昨天|前天|今晚|明早)?(?:凌晨|早上|上午|中午|下午|晚上)?[\d零一二两三四五六七八九十]{1,3}点半?|(?:今天|明天|后天|昨天|前天|今晚|明早)(?:上午|下午|晚上)?/gu],
  ['carrier', /顺丰|中通|圆通|申通|韵达|极兔|京东|德邦|丰巢|驿站|中转场|网点/gu],
  ['demand', /投诉|理赔|赔偿|退回|拦截|改地址|送货上门|没收到|催一下|12305/gu],
]

/** Split a sentence into pieces; joining their texts gives the sentence back. */
export function highlight(text: string): Piece[] {
  const marks: { start: number; end: number; slot: Piece['slot'] }[] = []
  for (const [slot, rule] of RULES) {
    for (const match of text.matchAll(rule)) {
      const start = match.index
      const end = start + match[0].length
      if (!marks.some((mark) => start < mark.end && mark.start < end)) marks.push({ start, end, slot })
    }
  }
  marks.sort((a, b) => a.start - b.start)
  const pieces: Piece[] = []
  let at = 0
  for (const mark of marks) {
    if (mark.start > at) pieces.push({ text: text.slice(at, mark.start), slot: '' })
    pieces.push({ text: text.slice(mark.start, mark.end), slot: mark.slot })
    at = mark.end
  }
  if (at < text.length) pieces.push({ text: text.slice(at), slot: '' })
  return pieces
}
