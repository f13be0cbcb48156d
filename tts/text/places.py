"""Place names and surnames whose characters are read otherwise than alone, or that must stay one word.

Readings are those of the *Xiandai Hanyu Cidian* and of the place itself, written as in ``phrases``.
"""

from __future__ import annotations

PLACES = """
六安 lu4 an1 | 六合 lu4 he2 | 蚌埠 beng4 bu4 | 东莞 dong1 guan3 | 莞城 guan3 cheng2 | 番禺 pan1 yu2 | 厦门 xia4 men2
重庆 chong2 qing4 | 成都 cheng2 du1 | 都江堰 du1 jiang1 yan4 | 武汉 wu3 han4 | 武昌 wu3 chang1 | 汉口 han4 kou3
汉阳 han4 yang2 | 长沙 chang2 sha1 | 长春 chang2 chun1 | 长治 chang2 zhi4 | 长垣 chang2 yuan2 | 长兴 chang2 xing1
长乐 chang2 le4 | 长白 chang2 bai2 | 长安 chang2 an1 | 北京 bei3 jing1 | 上海 shang4 hai3 | 广州 guang3 zhou1
深圳 shen1 zhen4 | 杭州 hang2 zhou1 | 苏州 su1 zhou1 | 南京 nan2 jing1 | 西安 xi1 an1 | 郑州 zheng4 zhou1
青岛 qing1 dao3 | 济南 ji3 nan2 | 济宁 ji3 ning2 | 济源 ji3 yuan2 | 合肥 he2 fei2 | 昆明 kun1 ming2
哈尔滨 ha1 er3 bin1 | 沈阳 shen3 yang2 | 大连 da4 lian2 | 石家庄 shi2 jia1 zhuang1 | 太原 tai4 yuan2
呼和浩特 hu1 he2 hao4 te4 | 乌鲁木齐 wu1 lu3 mu4 qi2 | 拉萨 la1 sa4 | 西藏 xi1 zang4 | 台州 tai1 zhou1
天台 tian1 tai1 | 台湾 tai2 wan1 | 丽水 li2 shui3 | 丽江 li4 jiang1 | 乐清 yue4 qing1 | 乐山 le4 shan1
乐亭 lao4 ting2 | 亳州 bo2 zhou1 | 涡阳 guo1 yang2 | 濮阳 pu2 yang2 | 泌阳 bi4 yang2 | 浚县 xun4 xian4
尉氏 wei4 shi4 | 尉犁 yu4 li2 | 蔚县 yu4 xian4 | 井陉 jing3 xing2 | 洪洞 hong2 tong2 | 繁峙 fan2 shi4
隰县 xi2 xian4 | 临朐 lin2 qu2 | 莘县 shen1 xian4 | 莘庄 xin1 zhuang1 | 东阿 dong1 e1 | 单县 shan4 xian4
阜阳 fu4 yang2 | 歙县 she4 xian4 | 黟县 yi1 xian4 | 枞阳 zong1 yang2 | 砀山 dang4 shan1 | 铅山 yan2 shan1
弋阳 yi4 yang2 | 婺源 wu4 yuan2 | 儋州 dan1 zhou1 | 郴州 chen1 zhou1 | 耒阳 lei3 yang2 | 汨罗 mi4 luo2
攸县 you1 xian4 | 监利 jian4 li4 | 黄陂 huang2 pi2 | 秭归 zi3 gui1 | 犍为 qian2 wei2 | 筠连 jun1 lian2
郫都 pi2 du1 | 郫县 pi2 xian4 | 会理 hui4 li3 | 涪陵 fu2 ling2 | 綦江 qi2 jiang1 | 璧山 bi4 shan1 | 盱眙 xu1 yi2
睢宁 sui1 ning2 | 睢县 sui1 xian4 | 甪直 lu4 zhi2 | 浒墅关 xu3 shu4 guan1 | 浒浦 hu3 pu3 | 邗江 han2 jiang1
邳州 pi1 zhou1 | 邛崃 qiong2 lai2 | 大埔 da4 bu4 | 黄埔 huang2 pu3 | 浦东 pu3 dong1 | 堡镇 bao3 zhen4
十里堡 shi2 li3 pu4 | 吴堡 wu2 bu3 | 瓦窑堡 wa3 yao2 bu3 | 百色 bai3 se4 | 荥阳 xing2 yang2 | 荥经 ying2 jing1
渑池 mian3 chi2 | 漯河 luo4 he2 | 漯阴 ta4 yin1 | 穰东 rang2 dong1 | 许昌 xu3 chang1 | 解放路 jie3 fang4 lu4
解州 hai4 zhou1 | 勐海 meng3 hai3 | 珲春 hun2 chun1 | 桦甸 hua4 dian4 | 珙县 gong3 xian4 | 阆中 lang4 zhong1
梓潼 zi3 tong2 | 牟平 mu4 ping2 | 中牟 zhong1 mu4 | 即墨 ji2 mo4 | 莒县 ju3 xian4 | 茌平 chi2 ping2
鄄城 juan4 cheng2 | 郯城 tan2 cheng2 | 兖州 yan3 zhou1 | 曲阜 qu1 fu4 | 曲靖 qu3 jing4 | 曲江 qu3 jiang1
枣庄 zao3 zhuang1 | 滕州 teng2 zhou1 | 海参崴 hai3 shen1 wai3 | 大栅栏 da4 shi5 lan4 | 闵行 min3 hang2
徐家汇 xu2 jia1 hui4 | 陆家嘴 lu4 jia1 zui3 | 朝阳区 chao2 yang2 qu1 | 朝阳门 chao2 yang2 men2
朝天门 chao2 tian1 men2 | 大兴 da4 xing1 | 宝坻 bao3 di3 | 静海 jing4 hai3 | 蓟州 ji4 zhou1 | 鄂州 e4 zhou1
鄂尔多斯 e4 er3 duo1 si1 | 襄阳 xiang1 yang2 | 宜昌 yi2 chang1 | 十堰 shi2 yan4 | 随州 sui2 zhou1 | 衢州 qu2 zhou1
嵊州 sheng4 zhou1 | 嵊泗 sheng4 si4 | 鄞州 yin2 zhou1 | 诸暨 zhu1 ji4 | 余姚 yu2 yao2 | 缙云 jin4 yun2
瓯海 ou1 hai3 | 莆田 pu2 tian2 | 闽侯 min3 hou4 | 泉州 quan2 zhou1 | 漳州 zhang1 zhou1 | 揭阳 jie1 yang2
汕头 shan4 tou2 | 汕尾 shan4 wei3 | 佛山 fo2 shan1 | 惠州 hui4 zhou1 | 增城 zeng1 cheng2 | 天河区 tian1 he2 qu1
宝安 bao3 an1 | 坂田 ban3 tian2 | 深圳湾 shen1 zhen4 wan1 | 南宁 nan2 ning2 | 崇左 chong2 zuo3
防城港 fang2 cheng2 gang3 | 琼海 qiong2 hai3 | 三亚 san1 ya4 | 雄安 xiong2 an1 | 匈牙利 xiong1 ya2 li4
单先生 shan4 xian1 sheng5 | 单女士 shan4 nv3 shi4 | 仇先生 qiu2 xian1 sheng5 | 仇女士 qiu2 nv3 shi4
解先生 xie4 xian1 sheng5 | 解女士 xie4 nv3 shi4 | 曾先生 zeng1 xian1 sheng5 | 曾女士 zeng1 nv3 shi4
曾师傅 zeng1 shi1 fu5 | 任先生 ren2 xian1 sheng5 | 任女士 ren2 nv3 shi4 | 任师傅 ren2 shi1 fu5
华先生 hua4 xian1 sheng5 | 华女士 hua4 nv3 shi4 | 盖先生 ge3 xian1 sheng5 | 朴先生 piao2 xian1 sheng5
朴女士 piao2 nv3 shi4 | 尉迟 yu4 chi2 | 万俟 mo4 qi2 | 长孙 zhang3 sun1 | 缪先生 miao4 xian1 sheng5
缪女士 miao4 nv3 shi4 | 宁先生 ning4 xian1 sheng5 | 葛先生 ge3 xian1 sheng5 | 葛女士 ge3 nv3 shi4
覃先生 qin2 xian1 sheng5 | 覃女士 qin2 nv3 shi4 | 乐先生 yue4 xian1 sheng5 | 燕先生 yan1 xian1 sheng5
"""
