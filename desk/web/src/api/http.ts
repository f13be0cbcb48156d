/** One way to ask the hotline's interface: same-origin cookie, JSON both ways, errors as one sentence for people. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

const SENTENCES: Record<number, string> = {
  0: '连不上服务器,请检查网络后重试',
  401: '登录已过期,请重新登录',
  403: '您的角色不能做这个操作',
  404: '没有找到,可能已被清除',
  409: '状态已变化,请刷新后再试',
  413: '内容太长',
  422: '填写的内容不符合要求',
  429: '尝试次数过多,请稍后再试',
}

let onSignedOut: () => void = () => undefined

/** Called whenever the server no longer knows the session. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback
}

/** A sentence for any failure. */
export function sentence(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : '操作没有成功,请重试'
}

function detailOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null
  const { error, detail } = body as { error?: unknown; detail?: unknown }
  if (typeof error === 'string') return error
  return typeof detail === 'string' ? detail : null
}

const CHINESE = /[\u4e00-\u9fff]/u

export async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch {
    throw new ApiError(0, SENTENCES[0] ?? '')
  }
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null)
  if (response.ok) return answer as T
  const detail = detailOf(answer)
  const words = detail !== null && CHINESE.test(detail) ? detail : SENTENCES[response.status]
  if (response.status === 401 && !path.endsWith('/session')) onSignedOut()
  throw new ApiError(response.status, words ?? `操作没有成功(${response.status})`)
}

export const get = <T>(path: string): Promise<T> => request<T>('GET', path)
export const post = <T>(path: string, body: unknown = {}): Promise<T> => request<T>('POST', path, body)

/** A query string without empty values. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const entries = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '')
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries.map(([k, v]) => [k, String(v)])).toString()}`
}
