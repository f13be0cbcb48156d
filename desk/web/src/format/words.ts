/** What codes are called on the screen; an unknown code is shown as it came, never hidden. */
import type { Role, Speaker } from '../api/types'
import type { AgentState, Phase } from '../desk/protocol'

type Words = Readonly<Record<string, string>>

export function word(words: Words, code: string | null | undefined): string {
  if (code === null || code === undefined || code === '') return '—'
  return words[code] ?? code
}

export const STATES: Record<AgentState, string> = {
  offline: '离线',
  idle: '示闲',
  busy: '示忙',
  rest: '小休',
  ringing: '振铃',
  talking: '通话',
  acw: '话后',
}

export const REST_REASONS = ['休息', '就餐', '会议', '培训', '辅导'] as const

export const PHASES: Record<Phase, string> = {
  ringing: '振铃',
  whisper: '听取提示',
  talking: '通话中',
  held: '保持中',
  consulting: '咨询中',
  conference: '三方通话',
  ended: '已结束',
}

/** Skill groups that the dialogue asks for; a site may have more. */
export const SKILLS: Words = { general: '综合', complaint: '投诉', merchant: '商家', dispatch: '派送调度' }

export const skillNames = (skills: readonly string[]): string => skills.map((skill) => word(SKILLS, skill)).join('、') || '—'

/** What is written down of sign-ins and administration. */
export const DEEDS: Words = {
  sign_in: '登录',
  'sign_in.oidc': '统一登录',
  'sign_in.refused': '登录失败',
  sign_out: '退出',
  'password.changed': '修改密码',
  'password.reset': '重置密码',
  'account.created': '新建账号',
  'account.changed': '修改账号',
  'account.signed_out': '强制退出',
  'api_key.created': '新建密钥',
  'api_key.revoked': '停用密钥',
  'webhook.created': '新建推送',
  'webhook.changed': '修改推送',
  'webhook.removed': '删除推送',
}

export const DETAILS: Words = {
  address: '来自',
  role: '角色',
  fields: '改动',
  sessions: '会话数',
  numbers: '完整号码',
  active: '启用',
  display: '姓名',
  skills: '技能组',
  device: '接听',
  disabled: '停用',
  true: '是',
  false: '否',
}

export const ROLES: Record<Role, string> = {
  agent: '坐席',
  supervisor: '班长',
  operations: '运营',
  admin: '管理员',
}

export const SPEAKERS: Record<Speaker, string> = { caller: '用户', bot: '机器人', agent: '坐席' }

export const ORDER_KINDS: Words = {
  urge_delivery: '催派',
  outlet_check: '网点核实',
  hub_query: '中转查询',
  lost_search: '丢件查找',
  damage: '破损/少件',
  perishable_claim: '生鲜优先理赔',
  change_address: '改址',
  change_time: '改时间',
  intercept: '拦截',
  customs_help: '清关协助',
  doorstep: '送货上门',
  resend_code: '取件码重发',
  complaint: '投诉',
  wrong_item: '内件不符',
  fee_check: '费用核对',
  pickup_urge: '催揽',
  call_back: '回电',
  message: '留言',
  claim: '理赔',
}

export const ORDER_STATES: Words = {
  opened: '已提交',
  accepted: '已受理',
  rerouted: '已转派',
  resulted: '已反馈',
  closed: '已办结',
  reopened: '重新打开',
  overdue: '已超时',
}

export const STAGES: Words = {
  created: '已下单',
  waiting_pickup: '待揽收',
  picked_up: '已揽收',
  in_transit: '运输中',
  at_hub: '到达中转场',
  at_dest_city: '到达目的城市',
  at_outlet: '到达网点',
  out_for_delivery: '派送中',
  awaiting_pickup_locker: '待取件(快递柜)',
  awaiting_pickup_station: '待取件(驿站)',
  signed_self: '本人签收',
  signed_agent: '他人代收',
  picked_from_locker: '已取件',
  delivery_failed: '派送未成功',
  unreachable: '联系不上收件人',
  out_of_area: '超区',
  stranded: '滞留',
  damaged: '破损',
  refused: '拒收',
  forwarding: '转寄中',
  returning: '退回中',
  returned: '已退回',
  customs_pending: '待清关',
  customs_clearing: '清关中',
  customs_cleared: '清关完成',
  customs_held: '海关扣留',
  cancelled: '已取消',
  intercepted: '已拦截',
  lost: '遗失',
  unknown: '暂无信息',
}

export const OUTCOMES: Words = {
  contained: '机器人办结',
  transferred: '转人工',
  abandoned: '用户挂断',
  failed: '失败',
  live: '通话中',
}

export const ATTEMPTS: Words = {
  accepted: '已接听',
  declined: '拒接',
  no_answer: '无应答',
  busy: '忙',
  failed: '失败',
  caller_left: '用户先挂断',
  queued: '排队',
  unavailable: '无人可接',
}

export const GONE: Words = {
  caller_left: '用户已挂断',
  no_answer: '振铃超时,已转给下一位并将您置为示忙',
  taken: '已由其他坐席接听',
  declined: '已拒接,来电转给下一位',
  failed: '转接未成功',
}

export const INTENTS: Words = {
  track: '查件',
  track_by_phone: '手机号查件',
  eta: '询问送达时间',
  urge_delivery: '催派',
  stuck_hub: '中转滞留',
  stuck_outlet: '网点滞留',
  signed_not_received: '签收未收到',
  pod_photo: '派件照片',
  locker_station: '快递柜/驿站',
  doorstep: '送货上门',
  change_address: '改址',
  change_time: '改时间',
  intercept_return: '拦截退回',
  refuse: '拒收',
  lost: '疑似丢件',
  damage: '破损少件',
  wrong_item: '内件不符',
  perishable: '生鲜延误',
  claim: '理赔',
  customs: '清关',
  complaint: '投诉',
  courier_contact: '联系快递员',
  pickup_order: '寄件',
  pickup_urge: '催揽',
  fee_cod: '费用/到付',
  price_time: '价格时效',
  outlet_info: '网点信息',
  progress_followup: '进度跟进',
  fraud_check: '诈骗核实',
  authority: '监管来电',
  safety: '安全事件',
  human: '要求人工',
  faq: '常见问题',
}

export const CALLER_CLASSES: Words = {
  receiver: '收件人',
  sender: '寄件人',
  courier: '快递员',
  merchant: '商家',
  shared: '共用号码',
  unknown: '未识别',
  vip: '重点客户',
  blocked: '屏蔽号码',
}

/** Colour of an emotion; words as the card writes them. */
export function emotionTone(emotion: string | null | undefined): 'success' | 'warning' | 'danger' | 'info' {
  if (emotion === '平稳' || emotion === 'neutral') return 'success'
  if (emotion === '着急' || emotion === 'anxious') return 'warning'
  if (emotion === '生气' || emotion === '情绪激动' || emotion === 'angry' || emotion === 'abusive') return 'danger'
  return 'info'
}

export const EMOTIONS: Words = { neutral: '平稳', anxious: '着急', angry: '生气', abusive: '情绪激动' }

export const EVENTS: Words = {
  'call.started': '来电',
  'call.resumed': '接续上次通话',
  'call.ended': '通话结束',
  barge_in: '打断',
  dtmf: '按键',
  intent: '听懂诉求',
  no_input: '没有说话',
  no_match: '没听清',
  lookup: '查询',
  'work_order.opened': '开工单',
  'work_order.accepted': '工单受理',
  'work_order.rerouted': '工单转派',
  'work_order.resulted': '工单反馈',
  'work_order.closed': '工单办结',
  'work_order.reopened': '工单重开',
  'work_order.overdue': '工单超时',
  'promise.offered': '听到承诺',
  'promise.made': '作出承诺',
  'promise.kept': '承诺兑现',
  'promise.missed': '承诺超时',
  'link.sent': '发送短信链接',
  'code.sent': '发送验证码',
  'code.checked': '核对验证码',
  'link.delivered': '短信送达',
  'link.opened': '链接打开',
  'link.used': '链接完成',
  'transfer.requested': '请求人工',
  'transfer.queued': '排队',
  'transfer.bridged': '接通人工',
  'transfer.failed': '转接未成',
  'agent.offered': '坐席振铃',
  'agent.accepted': '坐席接听',
  'agent.declined': '坐席拒接',
  'agent.no_answer': '坐席无应答',
  'agent.state': '坐席状态',
  'agent.note': '备注',
  'card.corrected': '更正卡片',
  command: '坐席操作',
  'recording.listened': '收听录音',
  'recording.ready': '录音完成',
  'recording.refused': '用户不同意录音',
  'call.summary': '小结',
  hold: '保持',
  degraded: '降级',
  fact_refused: '拦下无来源的说法',
  survey: '满意度',
}

export const CARRIERS: Record<string, string> = {
  yunque: '云雀快递',
  sf: '顺丰速运',
  zto: '中通快递',
  yto: '圆通速递',
  sto: '申通快递',
  yunda: '韵达速递',
  jt: '极兔速递',
}
