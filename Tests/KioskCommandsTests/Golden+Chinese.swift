/// What `kioskctl` shows of the samples, in Chinese, at UTC+8.
extension Golden {
    static let statusZh = """
        × lab-01  需人工处理                               模拟环境 · 互联网复诊 · 0.1.0

        提示  P-HLP-001 请联系工作人员
        就诊  01936b6e-3f00-7abc-8def-0123456789ab
              需人工处理 · 张○○ · 2026-11-22 18:15:30 · 模拟：doctor-key, reader
              K-DSP-006 无法确定药品是否落下：transaction 42
              → 工作人员查看出药口后登记结果，不会自动重发
        医生  王医生 (D001) · 模拟密钥 · 已录人脸
        上传  待上传 3（最久 1 分 35 秒） · 被拒绝 0
              K-SYN-001 连不上平台，记录已在本机排队：connection refused
              → 检查网络，记录会自动上传
        运行  1 小时 2 分

        设备
        √ 社保卡读卡器  就绪    1-1    1209:a001  [模拟] Kiosk CCID reader
        √ 医生卡读卡器  就绪    1-2    1209:a002  [模拟] Kiosk CCID reader for doctors …
        × 小票打印机    故障    1-1.4  04b8:0e15  票据打印机 TM-T88
            K-PRN-001 打印机缺纸：DLE EOT 4: 0x72
            → 装好纸，小票会重新打印
        √ 药柜          就绪    1-3    0403:6001  -
        × 摄像头        未找到  -      -          -
            K-FAC-004 没有摄像头：no frame source
            → 可用 PIN；检查摄像头连线

        故障
        ‼ K-SYS-002 时钟不可信
          → 校准时间（timedatectl）；若时间无误，停止 kioskd，删除数据目录中的
            time.floor

        """

    static let quietZh = """
        √ kiosk-01  就绪                                     正式环境 · 现场门诊 · 0.1.0

        提示  P-CRD-001 请插入社会保障卡
        就诊  无
        医生  未登录
        上传  待上传 0 · 被拒绝 0
        运行  2 天 4 小时

        设备
        √ 药柜  就绪  1-3  0403:6001  -

        """

    static let visitZh = """
        × 就诊 01936b6e-3f00-7abc-8def-0123456789ab                           需人工处理
          K-DSP-006 无法确定药品是否落下：transaction 42
          → 工作人员查看出药口后登记结果，不会自动重发

        下一步    P-HLP-001 请联系工作人员
        患者      张○○
        模式      现场门诊
        开始      2026-11-22 18:15:30
        处方      kiosk-01-20261122-0001
                  01936b6f-0000-7abc-8def-0123456789ab
        签名      人脸
        规则      1 条通过
        平台      尚未入队
        模拟部分  doctor-key, reader

        药品
          2 ×  阿莫西林胶囊 0.25 g × 24 · 0.5 g 口服 每日三次 · 4 天

        出药
          序号  药道  结果    药品
        √ 41    12    已落药  AMX025
        × 42    12    未知    AMX025
        × 43    12    卡药    AMX025
            K-DSP-003 药道卡药
            → 技术员开柜清除该药道
          44    12    进行中  AMX025

        """

    static let visitsZh = """
          就诊                                  状态        开始         平台      患者
        √ 01936b6e-3f00-7abc-8def-0123456789ab  已完成      11-22 18:15  已确认    张○○
        × 01936b6e-3f00-7abc-8def-0123456789ab  需人工处理  11-22 18:15  尚未入队  张○○
          01936b6e-3f00-7abc-8def-0123456789ab  已签名      11-22 18:15  尚未入队  张○○

        """

    static let queueZh = """
          序号  类型    状态    次数  入队         就诊
        × 7     bundle  被拒绝  1     11-22 18:15  01936b6e-3f00-7abc-8def-0123456789ab
            K-SYN-002 平台拒绝了记录，已隔离保存：422 entry 3: Patient.identifier
            → 运行 kioskctl queue list 查看原因
        ‼ 12    bundle  待上传  14    11-22 18:15  01936b6e-3f00-7abc-8def-0123456789ab
            K-SYN-001 连不上平台，记录已在本机排队：connection refused
            → 检查网络，记录会自动上传
          13    bundle  待上传  0     11-22 18:15  -

        """

    static let fromDiskZh = """
        ‼ K-API-007 kioskd 没有运行：connect /run/kiosk/kioskd.sock: No such file or
          directory
          → 运行 systemctl start kioskd
        以下内容读自磁盘，不是当前运行状态。

        """
}
