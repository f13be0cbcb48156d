/** What an agent can start for a parcel from the desk, and what each has to be told. */

export interface DeskAction {
  id: string
  label: string
  /** Work order kind, or the purpose of a link by SMS. */
  order?: string
  link?: string
  /** Said before it is done: what will happen, and what must not be promised. */
  warning: string
  fields: { name: string; label: string; required: boolean }[]
}

const remark = { name: 'remark', label: '备注', required: false }

export const ACTIONS: readonly DeskAction[] = [
  {
    id: 'urge',
    label: '催派',
    order: 'urge_delivery',
    warning: '网点会收到催派工单,并在承诺时限内联系用户。',
    fields: [{ name: 'time_window', label: '希望送达时间', required: false }, remark],
  },
  {
    id: 'check',
    label: '核实',
    order: 'outlet_check',
    warning: '网点核实签收去向并回传派件照片。',
    fields: [{ name: 'location_hint', label: '用户已查看的位置', required: false }, remark],
  },
  {
    id: 'claim',
    label: '理赔',
    order: 'claim',
    warning: '按保价规则或依法核定,不要向用户承诺金额。',
    fields: [
      { name: 'goods_type', label: '托寄物', required: true },
      { name: 'goods_value', label: '申报价值(元)', required: false },
      remark,
    ],
  },
  {
    id: 'address',
    label: '改址',
    order: 'change_address',
    warning: '以快递员确认为准,可能产生费用;派送中请同时联系快递员。',
    fields: [
      { name: 'new_address', label: '新地址', required: true },
      { name: 'contact_phone', label: '联系电话', required: false },
    ],
  },
  {
    id: 'intercept',
    label: '拦截',
    order: 'intercept',
    warning: '拦截不保证成功;只能由寄件人提出,请先核对身份。',
    fields: [{ name: 'reason', label: '拦截原因', required: true }],
  },
]

export const MESSAGES: readonly { purpose: string; label: string }[] = [
  { purpose: 'photo', label: '上传照片' },
  { purpose: 'pod_photo', label: '派件照片' },
  { purpose: 'address', label: '填写新地址' },
  { purpose: 'intercept', label: '确认拦截' },
  { purpose: 'customs', label: '清关材料' },
]
