/** 小结: what an agent checks and completes after a call. */
import type { Summary } from '../api/types'

export interface Category {
  name: string
  children?: Category[]
}

export const BLANK: Summary = {
  category: ['其他', '其他', '其他'],
  request: '',
  result: '',
  solved: null,
  follow_up: false,
  waybill: null,
}

/** What is still missing before the note may be sent, as a sentence; null when nothing is. */
export function missing(note: Summary): string | null {
  if (note.request.trim() === '') return '请写明用户诉求'
  if (note.result.trim() === '') return '请写明处理结果'
  return note.solved === null ? '请选择是否解决' : null
}

/** The names below a path of the tree, for the next level's choice. */
export function below(tree: readonly Category[], path: readonly string[]): string[] {
  let level: readonly Category[] = tree
  for (const name of path) level = level.find((one) => one.name === name)?.children ?? []
  return level.map((one) => one.name)
}

/** A path with one level changed: what hangs below it starts anew at its first name. */
export function rechosen(tree: readonly Category[], path: readonly string[], level: number, name: string): string[] {
  const next = [...path.slice(0, level), name]
  while (next.length < 3) {
    const first = below(tree, next)[0]
    if (first === undefined) break
    next.push(first)
  }
  return next
}
