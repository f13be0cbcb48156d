import { describe, expect, it, vi } from 'vitest'

vi.mock('../src/desk/store', () => ({}))
const { readCommand, toldOf } = await import('../src/desk/embed')
import { below, missing, rechosen, BLANK } from '../src/desk/wrapup'
import { highlight } from '../src/format/highlight'
import { clock, dueAt, left, moment, spokenLength } from '../src/format/time'
import { actionOf } from '../src/keys/shortcuts'

const NOW = Date.parse('2026-11-22T15:00:00+08:00')

describe('times', () => {
  it('are read as clocks and lengths', () => {
    expect([clock(-1), clock(75), clock(3675)]).toEqual(['00:00', '01:15', '1:01:15'])
    expect([spokenLength(42), spokenLength(120), spokenLength(7300)]).toEqual(['42秒', '2分', '2小时1分'])
  })

  it('count down, and then say how late it is', () => {
    expect(left('2026-11-22T15:05:00+08:00', NOW)).toEqual({ text: '还剩05:00', late: false, soon: true })
    expect(left('2026-11-22T12:00:00+08:00', NOW)).toMatchObject({ text: '已超时3小时0分', late: true })
    expect(left('nonsense', NOW).text).toBe('时间未定')
  })

  it('are China times wherever the page is', () => {
    expect(moment('2026-11-22T06:30:00Z')).toBe('11-22 14:30')
    expect(moment('2026-11-22T06:30:00Z', NOW)).toBe('14:30')
    expect(moment(null)).toBe('—')
  })

  it('that are typed for a promise are China times of that day', () => {
    expect(dueAt(0, '17:30', NOW)).toBe('2026-11-22T17:30:00+08:00')
    expect(dueAt(1, '9：05', NOW)).toBe('2026-11-23T09:05:00+08:00')
    expect(dueAt(0, '1730', Date.parse('2026-11-22T17:00:00Z'))).toBe('2026-11-23T17:30:00+08:00')
    expect([dueAt(0, '', NOW), dueAt(0, '25:00', NOW), dueAt(0, '下午', NOW)]).toEqual([null, null, null])
  })
})

describe('highlights', () => {
  it('give the sentence back whole, whatever stands in it', () => {
    for (const text of ['尾号6386的件今天晚上七点能到网点吗,我要投诉', '<b>7*7</b>{{x}}', '', '幺三八零零幺三八']) {
      expect(highlight(text).map((piece) => piece.text).join('')).toBe(text)
    }
  })

  it('find numbers and demands', () => {
    const slots = highlight('尾号6386,我要投诉').filter((piece) => piece.slot !== '')
    expect(slots).toEqual([{ text: '6386', slot: 'number' }, { text: '投诉', slot: 'demand' }])
  })
})

describe('keys', () => {
  const key = { code: 'F2', altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, repeat: false }

  it('act once and only with the right modifiers', () => {
    expect(actionOf(key)).toBe('accept')
    expect(actionOf({ ...key, repeat: true })).toBeNull()
    expect(actionOf({ ...key, code: 'KeyX' })).toBeNull()
    expect(actionOf({ ...key, code: 'KeyX', altKey: true })).toBe('hangup')
    expect(actionOf({ ...key, code: 'KeyX', altKey: true, ctrlKey: true })).toBeNull()
  })
})

describe('the note', () => {
  const tree = [
    { name: '催促', children: [{ name: '派送', children: [{ name: '催派' }] }] },
    { name: '其他', children: [{ name: '其他', children: [{ name: '其他' }] }] },
  ]

  it('says what is missing', () => {
    expect(missing(BLANK)).toBe('请写明用户诉求')
    expect(missing({ ...BLANK, request: '催派', result: '已催', solved: true })).toBeNull()
  })

  it('changes the levels below with a level', () => {
    expect(below(tree, ['催促'])).toEqual(['派送'])
    expect(rechosen(tree, ['其他', '其他', '其他'], 0, '催促')).toEqual(['催促', '派送', '催派'])
  })
})

describe('the widget', () => {
  it('takes only its own commands', () => {
    expect(readCommand({ type: 'cti.command', id: '1', command: 'answer' })).toMatchObject({ command: 'answer' })
    for (const odd of [null, 'answer', { type: 'cti.command', id: '1', command: 'eval' }, { type: 'x', id: '1' }]) {
      expect(readCommand(odd)).toBeNull()
    }
  })

  it('tells an answer once and the end of the call', () => {
    const answered = new Set<string>()
    const call = { type: 'call', call_id: 'c', since: '', muted: false, consult: null } as const
    expect(toldOf({ ...call, phase: 'ringing' }, answered)).toBeNull()
    expect(toldOf({ ...call, phase: 'talking' }, answered)).toEqual({ type: 'call.answered', call_id: 'c' })
    expect(toldOf({ ...call, phase: 'held' }, answered)).toBeNull()
    expect(toldOf({ ...call, phase: 'ended' }, answered)).toEqual({ type: 'call.ended', call_id: 'c' })
  })
})
