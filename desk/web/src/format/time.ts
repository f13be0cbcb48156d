/** Times as people at a desk read them. All functions take the present as milliseconds, so tests need no clock. */

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')

/** 75 -> "01:15", 3675 -> "1:01:15". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(whole / 3600)
  const rest = `${two((whole % 3600) / 60)}:${two(whole % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}

/** 40 -> "40秒", 125 -> "2分5秒", 7300 -> "2小时1分". */
export function spokenLength(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole}秒`
  if (whole < 3600) return whole % 60 === 0 ? `${whole / 60}分` : `${Math.floor(whole / 60)}分${whole % 60}秒`
  return `${Math.floor(whole / 3600)}小时${Math.floor((whole % 3600) / 60)}分`
}

/** Time left until `due`, or by how much it is late: the words under every promise. */
export function left(due: string | null, now: number): { text: string; late: boolean; soon: boolean } {
  const at = due === null ? Number.NaN : Date.parse(due)
  if (Number.isNaN(at)) return { text: '时间未定', late: false, soon: false }
  const seconds = (at - now) / 1000
  const text = coarse(Math.abs(seconds))
  return seconds < 0
    ? { text: `已超时${text}`, late: true, soon: false }
    : { text: `还剩${text}`, late: false, soon: seconds < 600 }
}

function coarse(seconds: number): string {
  if (seconds < 600) return clock(seconds)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}分钟`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}小时${minutes % 60}分`
  return `${Math.floor(minutes / 1440)}天`
}

/** "17:00" of today (0), tomorrow (1) ... in China as an ISO time; null while no time of day is written. */
export function dueAt(daysOn: number, timeOfDay: string, now: number): string | null {
  const found = /^([01]?\d|2[0-3])[:：]?([0-5]\d)$/u.exec(timeOfDay.trim())
  if (found === null) return null
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(now + daysOn * 86_400_000)
  return `${day}T${(found[1] ?? '').padStart(2, '0')}:${found[2] ?? ''}:00+08:00`
}

/** Seconds since an ISO time; 0 when it is unreadable or in the future. */
export function since(at: string | null | undefined, now: number): number {
  const then = Date.parse(at ?? '')
  return Number.isNaN(then) ? 0 : Math.max(0, (now - then) / 1000)
}

const CHINA: Intl.DateTimeFormatOptions = { timeZone: 'Asia/Shanghai', hour12: false }
const DAY = new Intl.DateTimeFormat('zh-CN', { ...CHINA, month: '2-digit', day: '2-digit' })
const MINUTE = new Intl.DateTimeFormat('zh-CN', { ...CHINA, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const SECOND = new Intl.DateTimeFormat('zh-CN', {
  ...CHINA,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** "11-22 14:05" in China's time; today's day is left out when `now` is given. */
export function moment(at: string | null | undefined, now?: number): string {
  const then = Date.parse(at ?? '')
  if (Number.isNaN(then)) return '—'
  const day = DAY.format(then).replaceAll('/', '-')
  const minute = MINUTE.format(then)
  return now !== undefined && DAY.format(now).replaceAll('/', '-') === day ? minute : `${day} ${minute}`
}

/** "14:05:09" in China's time. */
export function second(at: string | null | undefined): string {
  const then = Date.parse(at ?? '')
  return Number.isNaN(then) ? '—' : SECOND.format(then)
}
