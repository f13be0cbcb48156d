"""Readings that a dictionary of single characters gets wrong: words of the courier's desk and of the telephone.

Entries stand between bars: hanzi, then a tone-numbered syllable for each (``v`` for ü). Tones are those before
third-tone sandhi; ``一`` and ``不`` inside an entry are read exactly as written. An entry is also one word for sandhi.
"""

from __future__ import annotations

WORDS = """
都会 dou1 hui4 | 没过 mei2 guo4 | 没入 mei2 ru4 | 送还 song4 hai2 | 放还 fang4 hai2 | 发还 fa1 hai2 | 还本 hai2 ben3
还报 hai2 bao4 | 不了 bu5 liao3 | 不了解 bu4 liao3 jie3 | 改不了 gai3 bu5 liao3 | 通知 tong1 zhi1
看得到 kan4 de5 dao4 | 听得到 ting1 de5 dao4 | 听得清 ting1 de5 qing1 | 找得到 zhao3 de5 dao4 | 收得到 shou1 de5 dao4
照片 zhao4 pian4 | 图片 tu2 pian4 | 为准 wei2 zhun3 | 为主 wei2 zhu3 | 为止 wei2 zhi3 | 认为 ren4 wei2 | 以为 yi3 wei2
作为 zuo4 wei2 | 成为 cheng2 wei2 | 称为 cheng1 wei2 | 视为 shi4 wei2 | 分为 fen1 wei2 | 改为 gai3 wei2
行为 xing2 wei2 | 码为 ma3 wei2 | 号为 hao4 wei2 | 约为 yue1 wei2 | 还款 huan2 kuan3 | 还钱 huan2 qian2
还给 huan2 gei3 | 归还 gui1 huan2 | 退还 tui4 huan2 | 返还 fan3 huan2 | 偿还 chang2 huan2 | 还没 hai2 mei2
还没有 hai2 mei2 you3 | 还没收到 hai2 mei2 shou1 dao4 | 还没到 hai2 mei2 dao4 | 没收到 mei2 shou1 dao4
没收着 mei2 shou1 zhao2 | 没有 mei2 you3 | 没问题 mei2 wen4 ti2 | 没关系 mei2 guan1 xi5 | 没事 mei2 shi4
没人 mei2 ren2 | 没能 mei2 neng2 | 没到 mei2 dao4 | 没动 mei2 dong4 | 没签收 mei2 qian1 shou1 | 没更新 mei2 geng1 xin1
得去 dei3 qu4 | 得去取 dei3 qu4 qu3 | 得先 dei3 xian1 | 得等 dei3 deng3 | 得再 dei3 zai4 | 得跟 dei3 gen1
得把 dei3 ba3 | 得请 dei3 qing3 | 得由 dei3 you2 | 得您 dei3 nin2 | 得让 dei3 rang4 | 得要 dei3 yao4
得自己 dei3 zi4 ji3 | 得重新 dei3 chong2 xin1 | 得补 dei3 bu3 | 得交 dei3 jiao1 | 总得 zong3 dei3 | 您得 nin2 dei3
我得 wo3 dei3 | 你得 ni3 dei3 | 他得 ta1 dei3 | 她得 ta1 dei3 | 我们得 wo3 men5 dei3 | 还得 hai2 dei3 | 都得 dou1 dei3
就得 jiu4 dei3 | 也得 ye3 dei3 | 得到 de2 dao4 | 获得 huo4 de2 | 取得 qu3 de2 | 值得 zhi2 de5 | 觉得 jue2 de5
记得 ji4 de5 | 认得 ren4 de5 | 晓得 xiao3 de5 | 显得 xian3 de5 | 免得 mian3 de5 | 省得 sheng3 de5
舍不得 she3 bu5 de2 | 来得及 lai2 de5 ji2 | 来不及 lai2 bu5 ji2 | 不得不 bu4 de2 bu4 | 不得 bu4 de2 | 便宜 pian2 yi5
角色 jue2 se4 | 数一数 shu3 yi5 shu3 | 数数 shu3 shu3 | 数量 shu4 liang4 | 数字 shu4 zi4 | 位数 wei4 shu4
点数 dian3 shu4 | 清点 qing1 dian3 | 一件 yi2 jian4 | 一个 yi2 ge4 | 一下 yi2 xia4 | 一会儿 yi2 hui4 er5
一共 yi2 gong4 | 一定 yi2 ding4 | 一样 yi2 yang4 | 一般 yi4 ban1 | 一直 yi4 zhi2 | 一起 yi4 qi3 | 一些 yi4 xie1
一点儿 yi4 dian3 er5 | 一点点 yi4 dian3 dian3 | 有一点 you3 yi4 dian3 | 早一点 zao3 yi4 dian3 | 晚一点 wan3 yi4 dian3
慢一点 man4 yi4 dian3 | 快一点 kuai4 yi4 dian3 | 大一点 da4 yi4 dian3 | 一边 yi4 bian1 | 一半 yi2 ban4 | 一旦 yi2 dan4
一律 yi2 lv4 | 一并 yi2 bing4 | 一致 yi2 zhi4 | 统一 tong3 yi1 | 唯一 wei2 yi1 | 万一 wan4 yi1 | 之一 zhi1 yi1
逐一 zhu2 yi1 | 单一 dan1 yi1 | 不一 bu4 yi1 | 进一步 jin4 yi2 bu4 | 试一试 shi4 yi5 shi4 | 等一等 deng3 yi5 deng3
看一看 kan4 yi5 kan4 | 查一查 cha2 yi5 cha2 | 问一问 wen4 yi5 wen4 | 说一说 shuo1 yi5 shuo1 | 听一听 ting1 yi5 ting1
想一想 xiang3 yi5 xiang3 | 找一找 zhao3 yi5 zhao3 | 催一催 cui1 yi5 cui1 | 等一下 deng3 yi2 xia4 | 稍等 shao1 deng3
不一样 bu4 yi2 yang4 | 不客气 bu2 ke4 qi5 | 对不起 dui4 bu5 qi3 | 了不起 liao3 bu5 qi3 | 差不多 cha4 bu5 duo1
是不是 shi4 bu5 shi4 | 有没有 you3 mei5 you3 | 要不要 yao4 bu5 yao4 | 能不能 neng2 bu5 neng2
可不可以 ke3 bu5 ke3 yi3 | 行不行 xing2 bu5 xing2 | 好不好 hao3 bu5 hao3 | 对不对 dui4 bu5 dui4 | 在不在 zai4 bu5 zai4
方不方便 fang1 bu5 fang1 bian4 | 取不了 qu3 bu5 liao3 | 收不到 shou1 bu5 dao4 | 找不到 zhao3 bu5 dao4
查不到 cha2 bu5 dao4 | 看不到 kan4 bu5 dao4 | 听不到 ting1 bu5 dao4 | 听不清 ting1 bu5 qing1 | 听不见 ting1 bu5 jian4
打不通 da3 bu5 tong1 | 联系不上 lian2 xi4 bu5 shang4 | 送不到 song4 bu5 dao4 | 送不了 song4 bu5 liao3
到不了 dao4 bu5 liao3 | 派不了 pai4 bu5 liao3 | 赶不上 gan3 bu5 shang4 | 用不了 yong4 bu5 liao3
办不了 ban4 bu5 liao3 | 进不去 jin4 bu5 qu4 | 打不开 da3 bu5 kai1 | 受不了 shou4 bu5 liao3 | 忘不了 wang4 bu5 liao3
免不了 mian3 bu5 liao3 | 少不了 shao3 bu5 liao3 | 了解 liao3 jie3 | 了结 liao3 jie2 | 明了 ming2 liao3 | 为了 wei4 le5
除了 chu2 le5 | 长时间 chang2 shi2 jian1 | 长期 chang2 qi1 | 长途 chang2 tu2 | 多长 duo1 chang2 | 延长 yan2 chang2
超长 chao1 chang2 | 部长 bu4 zhang3 | 站长 zhan4 zhang3 | 店长 dian4 zhang3 | 校长 xiao4 zhang3 | 经理 jing1 li3
家长 jia1 zhang3 | 长大 zhang3 da4 | 增长 zeng1 zhang3 | 成长 cheng2 zhang3 | 重量 zhong4 liang4 | 称重 cheng1 zhong4
超重 chao1 zhong4 | 体重 ti3 zhong4 | 严重 yan2 zhong4 | 重要 zhong4 yao4 | 重点 zhong4 dian3 | 重物 zhong4 wu4
重新 chong2 xin1 | 重派 chong2 pai4 | 重发 chong2 fa1 | 重寄 chong2 ji4 | 重送 chong2 song4 | 重复 chong2 fu4
重说 chong2 shuo1 | 重拨 chong2 bo1 | 重打 chong2 da3 | 重选 chong2 xuan3 | 重试 chong2 shi4 | 重查 chong2 cha2
银行 yin2 hang2 | 行业 hang2 ye4 | 同行 tong2 hang2 | 一行 yi4 hang2 | 行李 xing2 li5 | 不行 bu4 xing2
行程 xing2 cheng2 | 进行 jin4 xing2 | 转运 zhuan3 yun4 | 中转 zhong1 zhuan3 | 中转场 zhong1 zhuan3 chang3
中转站 zhong1 zhuan3 zhan4 | 转运中心 zhuan3 yun4 zhong1 xin1 | 分拨中心 fen1 bo1 zhong1 xin1
集散中心 ji2 san4 zhong1 xin1 | 转人工 zhuan3 ren2 gong1 | 转接 zhuan3 jie1 | 转寄 zhuan3 ji4 | 转告 zhuan3 gao4
转账 zhuan3 zhang4 | 分散 fen1 san4 | 散件 san3 jian4 | 散了 san4 le5 | 都市 du1 shi4 | 首都 shou3 du1
调度 diao4 du4 | 调换 diao4 huan4 | 调查 diao4 cha2 | 调取 diao4 qu3 | 调出 diao4 chu1 | 调货 diao4 huo4
调整 tiao2 zheng3 | 调解 tiao2 jie3 | 调价 tiao2 jia4 | 协调 xie2 tiao2 | 空调 kong1 tiao2 | 着急 zhao2 ji2
着火 zhao2 huo3 | 睡着 shui4 zhao2 | 找着 zhao3 zhao2 | 沉着 chen2 zhuo2 | 着手 zhuo2 shou3 | 衣着 yi1 zhuo2
供给 gong1 ji3 | 给予 ji3 yu3 | 补给 bu3 ji3 | 有空 you3 kong4 | 空闲 kong4 xian2 | 抽空 chou1 kong4 | 没空 mei2 kong4
空白 kong4 bai2 | 填空 tian2 kong4 | 航空 hang2 kong1 | 空运 kong1 yun4 | 好的 hao3 de5 | 好吧 hao3 ba5
爱好 ai4 hao4 | 处理 chu3 li3 | 处置 chu3 zhi4 | 处罚 chu3 fa2 | 相处 xiang1 chu3 | 处于 chu3 yu2 | 到处 dao4 chu4
好处 hao3 chu4 | 别处 bie2 chu4 | 办事处 ban4 shi4 chu4 | 差错 cha1 cuo4 | 误差 wu4 cha1 | 差价 cha1 jia4
差别 cha1 bie2 | 差异 cha1 yi4 | 出差 chu1 chai1 | 快件 kuai4 jian4 | 差评 cha4 ping2 | 相差 xiang1 cha4
参差 cen1 ci1 | 发票 fa1 piao4 | 头发 tou2 fa5 | 理发 li3 fa4 | 发货 fa1 huo4 | 更新 geng1 xin1 | 更换 geng1 huan4
更改 geng1 gai3 | 变更 bian4 geng1 | 更正 geng1 zheng4 | 更好 geng4 hao3 | 更快 geng4 kuai4 | 应该 ying1 gai1
应当 ying1 dang1 | 应有 ying1 you3 | 反应 fan3 ying4 | 答应 da1 ying5 | 回应 hui2 ying4 | 应急 ying4 ji2
供应 gong1 ying4 | 对应 dui4 ying4 | 适应 shi4 ying4 | 相应 xiang1 ying4 | 地址 di4 zhi3 | 地方 di4 fang5
地区 di4 qu1 | 地点 di4 dian3 | 地铁 di4 tie3 | 地下 di4 xia4 | 目的地 mu4 di4 di4 | 产地 chan3 di4 | 当地 dang1 di4
本地 ben3 di4 | 外地 wai4 di4 | 慢慢地 man4 man4 de5 | 尽快地 jin3 kuai4 de5 | 及时地 ji2 shi2 de5
准确地 zhun3 que4 de5 | 尽快 jin3 kuai4 | 尽早 jin3 zao3 | 尽量 jin3 liang4 | 尽管 jin3 guan3 | 尽力 jin4 li4
尽头 jin4 tou2 | 量尺寸 liang2 chi3 cun5 | 测量 ce4 liang2 | 商量 shang1 liang5 | 质量 zhi4 liang4 | 当天 dang4 tian1
当日 dang4 ri4 | 当晚 dang4 wan3 | 当时 dang1 shi2 | 当成 dang4 cheng2 | 当作 dang4 zuo4 | 上当 shang4 dang4
适当 shi4 dang4 | 当然 dang1 ran2 | 当面 dang1 mian4 | 当前 dang1 qian2 | 少量 shao3 liang4 | 少件 shao3 jian4
缺少 que1 shao3 | 多少 duo1 shao5 | 减少 jian3 shao3 | 年少 nian2 shao4 | 几乎 ji1 hu1 | 几个 ji3 ge4 | 几天 ji3 tian1
几点 ji3 dian3 | 系统 xi4 tong3 | 联系 lian2 xi4 | 关系 guan1 xi5 | 系带 ji4 dai4 | 似的 shi4 de5 | 似乎 si4 hu1
相似 xiang1 si4 | 模样 mu2 yang4 | 模式 mo2 shi4 | 模糊 mo2 hu5 | 种类 zhong3 lei4 | 各种 ge4 zhong3
这种 zhe4 zhong3 | 那种 na4 zhong3 | 什么 shen2 me5 | 怎么 zen3 me5 | 这么 zhe4 me5 | 那么 na4 me5 | 多么 duo1 me5
咱们 zan2 men5 | 我们 wo3 men5 | 你们 ni3 men5 | 他们 ta1 men5 | 人家 ren2 jia5 | 先生 xian1 sheng5 | 师傅 shi1 fu5
太太 tai4 tai5 | 姑娘 gu1 niang5 | 大夫 dai4 fu5 | 小伙子 xiao3 huo3 zi5 | 朋友 peng2 you5 | 邻居 lin2 ju1
孩子 hai2 zi5 | 妈妈 ma1 ma5 | 爸爸 ba4 ba5 | 奶奶 nai3 nai5 | 爷爷 ye2 ye5 | 谢谢 xie4 xie5 | 麻烦 ma2 fan5
清楚 qing1 chu5 | 明白 ming2 bai5 | 知道 zhi1 dao4 | 告诉 gao4 su5 | 东西 dong1 xi5 | 消息 xiao1 xi5 | 时候 shi2 hou5
事情 shi4 qing5 | 意思 yi4 si5 | 地道 di4 dao5 | 客气 ke4 qi5 | 休息 xiu1 xi5 | 认识 ren4 shi5 | 舒服 shu1 fu5
衣服 yi1 fu5 | 晚上 wan3 shang5 | 早上 zao3 shang5 | 上午 shang4 wu3 | 下午 xia4 wu3 | 中午 zhong1 wu3
凌晨 ling2 chen2 | 傍晚 bang4 wan3 | 今晚 jin1 wan3 | 明早 ming2 zao3 | 盒子 he2 zi5 | 箱子 xiang1 zi5 | 袋子 dai4 zi5
柜子 gui4 zi5 | 包裹 bao1 guo3 | 快递 kuai4 di4 | 快递员 kuai4 di4 yuan2 | 派件员 pai4 jian4 yuan2 | 派送 pai4 song4
签收 qian1 shou1 | 揽收 lan3 shou1 | 催派 cui1 pai4 | 网点 wang3 dian3 | 工单 gong1 dan1 | 运单 yun4 dan1
单号 dan1 hao4 | 尾号 wei3 hao4 | 取件 qu3 jian4 | 取件码 qu3 jian4 ma3 | 收件 shou1 jian4 | 收件人 shou1 jian4 ren2
寄件人 ji4 jian4 ren2 | 手机 shou3 ji1 | 手机号 shou3 ji1 hao4 | 可以 ke3 yi3 | 所以 suo3 yi3 | 请您 qing3 nin2
请问 qing3 wen4 | 请讲 qing3 jiang3 | 请说 qing3 shuo1 | 您好 nin2 hao3 | 你好 ni3 hao3 | 老小区 lao3 xiao3 qu1
给您 gei3 nin2 | 给我 gei3 wo3 | 帮您 bang1 nin2 | 反馈 fan3 kui4 | 保管 bao3 guan3 | 保险 bao3 xian3 | 保价 bao3 jia4
赔偿 pei2 chang2 | 理赔 li3 pei2 | 补偿 bu3 chang2 | 投诉 tou2 su4 | 拒收 ju4 shou1 | 破损 po4 sun3 | 丢失 diu1 shi1
暴雨 bao4 yu3 | 大雪 da4 xue3 | 台风 tai2 feng1 | 天气 tian1 qi4 | 延误 yan2 wu4 | 滞留 zhi4 liu2 | 驿站 yi4 zhan4
丰巢 feng1 chao2 | 菜鸟 cai4 niao3 | 顺丰 shun4 feng1 | 中通 zhong1 tong1 | 圆通 yuan2 tong1 | 申通 shen1 tong1
韵达 yun4 da2 | 极兔 ji2 tu4 | 京东 jing1 dong1 | 德邦 de2 bang1 | 邮政 you2 zheng4 | 海关 hai3 guan1 | 查验 cha2 yan4
扣件 kou4 jian4 | 生鲜 sheng1 xian1 | 海鲜 hai3 xian1 | 鲜花 xian1 hua1 | 新鲜 xin1 xian1 | 朝阳 chao2 yang2
朝向 chao2 xiang4 | 传真 chuan2 zhen1 | 自传 zi4 zhuan4 | 藏品 cang2 pin3 | 收藏 shou1 cang2 | 宝藏 bao3 zang4
率先 shuai4 xian1 | 效率 xiao4 lv4 | 几率 ji1 lv4 | 曾经 ceng2 jing1 | 将来 jiang1 lai2 | 教您 jiao1 nin2
教我 jiao1 wo3 | 胖子 pang4 zi5 | 钥匙 yao4 shi5 | 提防 di1 fang5 | 提供 ti2 gong1 | 供货 gong1 huo4
载重 zai4 zhong4 | 下载 xia4 zai4 | 记载 ji4 zai3 | 装载 zhuang1 zai4 | 禁止 jin4 zhi3 | 禁不住 jin1 bu5 zhu4
冲突 chong1 tu1 | 背着 bei1 zhe5 | 划算 hua2 suan4 | 计划 ji4 hua4 | 量大 liang4 da4 | 假期 jia4 qi1 | 放假 fang4 jia4
请假 qing3 jia4 | 休假 xiu1 jia4 | 假货 jia3 huo4 | 假的 jia3 de5 | 埋怨 man2 yuan4 | 塞车 sai1 che1 | 堵塞 du3 se4
薄膜 bao2 mo2 | 淋湿 lin2 shi1 | 血液 xue4 ye4 | 露出 lou4 chu1 | 落下 la4 xia4 | 落款 luo4 kuan3 | 答复 da2 fu4
答案 da2 an4 | 说服 shuo1 fu2 | 扫码 sao3 ma3 | 扫描 sao3 miao2 | 扫帚 sao4 zhou5 | 间隔 jian4 ge2 | 间接 jian4 jie1
时间 shi2 jian1 | 中间 zhong1 jian1 | 中奖 zhong4 jiang3 | 看中 kan4 zhong4 | 难过 nan2 guo4 | 难免 nan2 mian3
遇难 yu4 nan4 | 宁可 ning4 ke3 | 结果 jie2 guo3 | 结实 jie1 shi5 | 切记 qie4 ji4 | 一切 yi2 qie4 | 亲切 qin1 qie4
切开 qie1 kai1 | 弹窗 tan2 chuang1 | 子弹 zi3 dan4 | 圈子 quan1 zi5 | 相机 xiang4 ji1 | 相片 xiang4 pian4
照相 zhao4 xiang4 | 相关 xiang1 guan1 | 互相 hu4 xiang1 | 兴趣 xing4 qu4 | 高兴 gao1 xing4 | 兴旺 xing1 wang4
要求 yao1 qiu2 | 需要 xu1 yao4 | 转向 zhuan3 xiang4 | 转圈 zhuan4 quan1 | 倒车 dao4 che1 | 倒数 dao4 shu3
倒闭 dao3 bi4 | 晕倒 yun1 dao3 | 打倒 da3 dao3 | 压倒 ya1 dao3 | 正月 zheng1 yue4 | 正好 zheng4 hao3 | 号码 hao4 ma3
称呼 cheng1 hu5 | 称心 chen4 xin1 | 名称 ming2 cheng1 | 分量 fen4 liang5 | 部分 bu4 fen5 | 身份 shen1 fen4
身份证 shen1 fen4 zheng4 | 分钟 fen1 zhong1 | 百分 bai3 fen1 | 学分 xue2 fen1 | 过分 guo4 fen4 | 盛饭 cheng2 fan4
盛大 sheng4 da4 | 夹克 jia2 ke4 | 夹带 jia1 dai4 | 连累 lian2 lei5 | 累计 lei3 ji4 | 累了 lei4 le5 | 劳累 lao2 lei4
散装 san3 zhuang1 | 涨价 zhang3 jia4 | 泡沫 pao4 mo4 | 冷冻 leng3 dong4 | 解冻 jie3 dong4 | 解答 jie3 da2
解释 jie3 shi4 | 解决 jie3 jue2
"""

TOGETHER = """
检查 jian3 cha2 | 已经 yi3 jing1 | 以后 yi3 hou4 | 以前 yi3 qian2 | 以上 yi3 shang4 | 以下 yi3 xia4 | 稍后 shao1 hou4
马上 ma3 shang4 | 可能 ke3 neng2 | 可是 ke3 shi4 | 请求 qing3 qiu2 | 打开 da3 kai1 | 打电话 da3 dian4 hua4
管理 guan3 li3 | 小心 xiao3 xin1 | 小时 xiao3 shi2 | 准时 zhun3 shi2 | 准备 zhun3 bei4 | 保证 bao3 zheng4
保存 bao3 cun2 | 只要 zhi3 yao4 | 只有 zhi3 you3 | 只能 zhi3 neng2 | 本人 ben3 ren2 | 本月 ben3 yue4 | 选择 xuan3 ze2
左右 zuo3 you4 | 主要 zhu3 yao4 | 整个 zheng3 ge4 | 总共 zong3 gong4 | 产品 chan3 pin3 | 品牌 pin3 pai2
水果 shui3 guo3 | 雨水 yu3 shui3 | 所有 suo3 you3 | 有些 you3 xie1 | 有人 you3 ren2 | 有点 you3 dian3 | 也许 ye3 xu3
很快 hen3 kuai4 | 很多 hen3 duo1 | 很好 hen3 hao3 | 比较 bi3 jiao4 | 比如 bi3 ru2 | 每天 mei3 tian1 | 每个 mei3 ge4
表示 biao3 shi4 | 反正 fan3 zheng4 | 感谢 gan3 xie4 | 改派 gai3 pai4 | 改址 gai3 zhi3 | 补办 bu3 ban4 | 补寄 bu3 ji4
损坏 sun3 huai4 | 短信 duan3 xin4 | 指定 zhi3 ding4 | 使用 shi3 yong4 | 始终 shi3 zhong1 | 允许 yun3 xu3
永远 yong3 yuan3 | 考虑 kao3 lv4 | 理解 li3 jie3 | 买家 mai3 jia1 | 满意 man3 yi4 | 哪里 na3 li3 | 哪个 na3 ge5
否则 fou3 ze2 | 老板 lao3 ban3 | 老人 lao3 ren2 | 首先 shou3 xian1 | 首页 shou3 ye4 | 普通 pu3 tong1 | 仔细 zi3 xi4
总是 zong3 shi4 | 往返 wang3 fan3 | 往往 wang3 wang3 | 组织 zu3 zhi1 | 走失 zou3 shi1 | 暂缓 zan4 huan3
影响 ying3 xiang3 | 领取 ling3 qu3 | 讲解 jiang3 jie3 | 许可 xu3 ke3 | 语音 yu3 yin1 | 广场 guang3 chang3
导致 dao3 zhi4 | 赶紧 gan3 jin3 | 抓紧 zhua1 jin3 | 等候 deng3 hou4 | 等待 deng3 dai4 | 紧急 jin3 ji2 | 饮品 yin3 pin3
野外 ye3 wai4 | 美好 mei3 hao3 | 好友 hao3 you3 | 起码 qi3 ma3 | 警方 jing3 fang1 | 体检 ti3 jian3 | 法院 fa3 yuan4
采购 cai3 gou4 | 火车 huo3 che1 | 享有 xiang3 you3 | 想法 xiang3 fa3 | 养老 yang3 lao3 | 敏感 min3 gan3
港口 gang3 kou3 | 海口 hai3 kou3 | 口岸 kou3 an4 | 手里 shou3 li3 | 我方 wo3 fang1 | 我司 wo3 si1
"""
"""Read as each character is alone, but one word: that decides where third tones change."""

SINGLES = """
还 hai2 | 得 de5 | 着 zhe5 | 地 di4 | 长 chang2 | 重 zhong4 | 行 xing2 | 都 dou1 | 为 wei4 | 没 mei2 | 好 hao3
转 zhuan3 | 单 dan1 | 中 zhong1 | 应 ying1 | 更 geng4 | 只 zhi3 | 种 zhong3 | 处 chu4 | 差 cha4 | 数 shu4 | 调 diao4
便 bian4 | 少 shao3 | 几 ji3 | 把 ba3 | 给 gei3 | 传 chuan2 | 朝 chao2 | 系 xi4 | 空 kong1 | 当 dang1 | 量 liang4
发 fa1 | 分 fen1 | 间 jian1 | 相 xiang1 | 要 yao4 | 会 hui4 | 过 guo4 | 了 le5 | 的 de5 | 吗 ma5 | 呢 ne5 | 吧 ba5
啊 a5 | 呀 ya5 | 哦 o4 | 噢 o1 | 嗯 en4 | 哎 ai1 | 诶 ei4 | 欸 ei4 | 喂 wei2 | 哪 na3 | 那 na4 | 这 zhe4 | 谁 shei2
和 he2 | 与 yu3 | 上 shang4 | 下 xia4 | 大 da4 | 卡 ka3 | 落 luo4 | 漏 lou4 | 占 zhan4 | 折 zhe2 | 载 zai4 | 区 qu1
曾 ceng2 | 幺 yao1 | 杠 gang4 | 俩 lia3 | 您 nin2 | 号 hao4 | 个 ge4 | 们 men5 | 么 me5 | 子 zi5 | 哼 heng1 | 呣 mu2
片 pian4
"""
"""The reading of a character that stands in no entry."""
