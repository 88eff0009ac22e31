/// The closed list of troubles that a person can meet at a kiosk, each with its code, words and next step.
///
/// Codes are stable: a retired one is never used again. The table below is the only place that holds the words.
public enum FaultCode: String, Codable, Sendable, Hashable, CaseIterable {
    case configMissing = "K-CFG-001"
    case configSyntax = "K-CFG-002"
    case configUnknownKey = "K-CFG-003"
    case configWrongType = "K-CFG-004"
    case configBadValue = "K-CFG-005"
    case configProductionRefusesLab = "K-CFG-006"

    case storeOpenFailed = "K-STO-001"
    case storeDamaged = "K-STO-002"
    case storeDiskFull = "K-STO-003"
    case storeWriteFailed = "K-STO-004"
    case storeKeyWrong = "K-STO-005"
    case storeKeyOld = "K-STO-006"
    case storeKeyExposed = "K-STO-007"
    case storeRekeyUnfinished = "K-STO-008"
    case storeErased = "K-STO-009"
    case storeErasureRefused = "K-STO-010"
    case storeArchiveDamaged = "K-STO-011"
    case storeInUse = "K-STO-012"
    case storeRecoveryKeyWrong = "K-STO-013"
    case storeCopiesHoldKeys = "K-STO-014"

    case auditBroken = "K-AUD-001"
    case auditGap = "K-AUD-002"
    case auditUnproven = "K-AUD-003"
    case auditFileInvalid = "K-AUD-004"

    case usbNotFound = "K-USB-001"
    case usbAccessDenied = "K-USB-002"
    case usbDisconnected = "K-USB-003"
    case usbTransferFailed = "K-USB-004"
    case usbTimeout = "K-USB-005"
    case usbBadDescriptor = "K-USB-006"
    case usbBusy = "K-USB-007"
    case usbSimulatedRefused = "K-USB-008"
    case usbServerUnreachable = "K-USB-009"
    case usbStranger = "K-USB-010"
    case usbReopened = "K-USB-011"
    case usbHaltCleared = "K-USB-012"
    case usbClassReset = "K-USB-013"
    case usbPortReset = "K-USB-014"
    case usbPortPowered = "K-USB-015"
    case usbOutOfService = "K-USB-016"
    case usbPortFixed = "K-USB-017"
    case usbDeviceInUse = "K-USB-018"
    case usbRecordingFailed = "K-USB-019"

    case readerUnsuitable = "K-RDR-001"
    case readerProtocol = "K-RDR-002"
    case cardAbsent = "K-RDR-003"
    case cardRemoved = "K-RDR-004"
    case cardMute = "K-RDR-005"
    case cardWrongKind = "K-RDR-006"
    case cardDataInvalid = "K-RDR-007"
    case cardLeftBehind = "K-RDR-008"
    case readerSecurityModule = "K-RDR-009"
    case pcscUnavailable = "K-RDR-010"
    case pcscReaderHeld = "K-RDR-011"

    case doctorUnknown = "K-DOC-001"
    case doctorNotInForce = "K-DOC-002"
    case doctorPINWrong = "K-DOC-003"
    case doctorPINBlocked = "K-DOC-004"
    case doctorPINNeeded = "K-DOC-005"
    case doctorCardAbsent = "K-DOC-006"
    case doctorSignatureFailed = "K-DOC-007"
    case doctorCertificateMismatch = "K-DOC-008"
    case doctorNoSession = "K-DOC-009"
    case doctorOutOfScope = "K-DOC-010"

    case registryMissing = "K-REG-001"
    case registryBadSignature = "K-REG-002"
    case registryExpired = "K-REG-003"
    case registryRolledBack = "K-REG-004"

    case faceServiceDown = "K-FAC-001"
    case faceModelsMissing = "K-FAC-002"
    case faceModelTampered = "K-FAC-003"
    case faceNoCamera = "K-FAC-004"
    case faceCameraStalled = "K-FAC-005"
    case faceNotSeen = "K-FAC-006"
    case faceMismatch = "K-FAC-007"
    case faceSeveral = "K-FAC-008"
    case faceNotEnrolled = "K-FAC-009"
    case faceLiveness = "K-FAC-010"
    case faceFrameCorrupt = "K-FAC-011"
    case faceTimeout = "K-FAC-012"
    case faceCameraRefused = "K-FAC-013"
    case faceLocked = "K-FAC-014"
    case faceOfAnotherDoctor = "K-FAC-015"
    case facePolicyUnsigned = "K-FAC-016"
    case faceRefusedBefore = "K-FAC-017"

    case rxRuleBlocked = "K-RX-001"
    case rxInvalid = "K-RX-002"
    case rxMedicineUnknown = "K-RX-003"
    case rxAlreadySigned = "K-RX-004"
    case rxAlreadyDispensed = "K-RX-005"
    case rxNotTheOneShown = "K-RX-006"

    case dispenserUnreachable = "K-DSP-001"
    case dispenserProtocol = "K-DSP-002"
    case dispenserJam = "K-DSP-003"
    case dispenserNoDrop = "K-DSP-004"
    case dispenserDoorOpen = "K-DSP-005"
    case dispenserUnknown = "K-DSP-006"
    case dispenserUnverified = "K-DSP-007"
    case dispenserSlotFault = "K-DSP-008"
    case dispenserRefused = "K-DSP-009"
    case stockTraceInvalid = "K-DSP-010"
    case stockTraceDuplicate = "K-DSP-011"
    case stockCountDiffers = "K-DSP-012"
    case stockWrongBox = "K-DSP-013"
    case stockLow = "K-DSP-014"
    case stockSlotBlocked = "K-DSP-015"
    case cabinetInUse = "K-DSP-016"
    case cabinetTemperature = "K-DSP-017"
    case cabinetThermometer = "K-DSP-018"
    case firmwareRefused = "K-DSP-019"
    case firmwareFellBack = "K-DSP-020"
    case firmwareLaboratoryKey = "K-DSP-021"
    case cabinetReplaced = "K-DSP-022"
    case cabinetLogDamaged = "K-DSP-023"

    case printerPaperOut = "K-PRN-001"
    case printerPaperLow = "K-PRN-002"
    case printerCoverOpen = "K-PRN-003"
    case printerCutter = "K-PRN-004"
    case printerOffline = "K-PRN-005"
    case printerUnreachable = "K-PRN-006"
    case printerUnknown = "K-PRN-007"
    case printerUnconfirmed = "K-PRN-008"
    case printerError = "K-PRN-009"
    case printerNotCleared = "K-PRN-010"

    case syncUnreachable = "K-SYN-001"
    case syncRefused = "K-SYN-002"
    case syncServerError = "K-SYN-003"
    case syncAckMismatch = "K-SYN-004"
    case syncAuthentication = "K-SYN-005"
    case syncNoLink = "K-SYN-006"
    case syncNoRoute = "K-SYN-007"
    case syncNameUnknown = "K-SYN-008"
    case syncClock = "K-SYN-009"
    case syncTLS = "K-SYN-010"
    case syncCertificate = "K-SYN-011"
    case syncEnvelopeInvalid = "K-SYN-012"
    case syncEnvelopeRolledBack = "K-SYN-013"
    case syncEnvelopeExpired = "K-SYN-014"
    case syncNoPlatform = "K-SYN-015"
    case syncHeld = "K-SYN-016"
    case syncMessageState = "K-SYN-017"
    case syncAnswererDoubted = "K-SYN-018"

    case diskLow = "K-DSK-001"
    case diskVisitsRefused = "K-DSK-002"

    case apiMalformed = "K-API-001"
    case apiNotFound = "K-API-002"
    case apiKeyMissing = "K-API-003"
    case apiKeyReused = "K-API-004"
    case apiNotAllowed = "K-API-005"
    case apiTooLarge = "K-API-006"
    case apiUnavailable = "K-API-007"
    case apiMethodNotAllowed = "K-API-008"

    case visitWrongState = "K-VIS-001"
    case visitAnotherOpen = "K-VIS-002"
    case visitNeedsPerson = "K-VIS-003"
    case visitInterrupted = "K-VIS-004"

    case internalError = "K-SYS-001"
    case clockUntrusted = "K-SYS-002"
}

extension FaultCode {
    /// The row of the fault table for this code.
    public var entry: FaultEntry {
        switch self {
        case .configMissing:
            FaultEntry(
                .fault, "找不到配置文件", "The configuration file is missing or unreadable",
                next: "检查 --config 所指路径和文件权限", "Check the path given to --config and the file's permissions")
        case .configSyntax:
            FaultEntry(
                .fault, "配置文件语法错误", "The configuration file is not valid TOML",
                next: "按所示行列改正，再运行 kioskd --check-config",
                "Mend the line and column shown, then run kioskd --check-config")
        case .configUnknownKey:
            FaultEntry(
                .fault, "配置中有未知的键", "The configuration has an unknown key",
                next: "改正或删除该键，允许的键已列出", "Mend or remove the key; the allowed ones are listed")
        case .configWrongType:
            FaultEntry(
                .fault, "配置值的类型不对", "A configuration value has the wrong type",
                next: "改成所示类型", "Change it to the type shown")
        case .configBadValue:
            FaultEntry(
                .fault, "配置值不被允许", "A configuration value is not allowed",
                next: "改成所列的允许值", "Use one of the values listed")
        case .configProductionRefusesLab:
            FaultEntry(
                .fault, "正式配置不接受模拟设备或软件密钥", "A production configuration refuses simulated parts",
                next: "在 [kiosk] 中改用 lab，或接入真实设备", "Set profile = \"lab\" in [kiosk], or attach the real part")
        case .storeOpenFailed:
            FaultEntry(
                .needsPerson, "数据库打不开", "The store can't be opened",
                next: "检查数据目录权限和磁盘，运行 kioskctl status",
                "Check the data directory's permissions and the disk, run kioskctl status")
        case .storeDamaged:
            FaultEntry(
                .needsPerson, "数据库损坏", "The store is damaged",
                next: "不要删除文件，联系工程师", "Don't delete the file; call an engineer")
        case .storeDiskFull:
            FaultEntry(
                .needsPerson, "磁盘已满", "The disk is full",
                next: "腾出磁盘空间，记录未丢失", "Free disk space; no record was lost", retryable: true)
        case .storeWriteFailed:
            FaultEntry(
                .needsPerson, "写入数据库失败", "Writing to the store failed",
                next: "检查磁盘，再试一次", "Check the disk, then try again", retryable: true)
        case .storeKeyWrong:
            FaultEntry(
                .needsPerson, "数据密钥缺失或不符", "The store's key is missing or does not fit",
                next: "恢复原密钥文件，不要新建", "Restore the original key file; don't make a new one")
        case .storeKeyOld:
            FaultEntry(
                .needsPerson, "这是已更换的旧数据密钥", "This key was replaced; it is an old key of the store",
                next: "换上详情中所示编号的新密钥文件", "Put the key file with the newer id shown into place")
        case .storeKeyExposed:
            FaultEntry(
                .needsPerson, "密钥文件可被其他用户读取", "Other users can read the key file",
                next: "执行 chmod 600 密钥文件，归服务用户所有，再运行 kioskctl store rekey",
                "Run chmod 600 on it, give it to the service's user, then run kioskctl store rekey")
        case .storeRekeyUnfinished:
            FaultEntry(
                .needsPerson, "更换密钥尚未完成，需要新旧两把密钥", "A change of the store's key has not ended; both keys are needed",
                next: "保留两个密钥文件，再次运行 kioskctl store rekey", "Keep both key files and run kioskctl store rekey again")
        case .storeErased:
            FaultEntry(
                .warning, "该患者的记录已按要求抹除", "This patient's records were erased on request",
                next: "无需处理，审计链中有抹除记录", "Nothing to do; the audit chain holds who asked for it")
        case .storeErasureRefused:
            FaultEntry(
                .fault, "现在不能抹除该患者的记录", "This patient's records can't be erased yet",
                next: "等平台确认且保存期满后再试，原因见详情",
                "Wait until the platform has confirmed and the retention has ended; the detail says which")
        case .storeArchiveDamaged:
            FaultEntry(
                .needsPerson, "归档文件损坏", "The archive of sent visits is damaged",
                next: "不要删除文件，联系工程师；就诊可以继续", "Don't delete the file; call an engineer. Visits can go on")
        case .storeInUse:
            FaultEntry(
                .fault, "数据库正被 kioskd 使用", "kioskd has the store open",
                next: "先停止 kioskd（systemctl stop kioskd），再试",
                "Stop kioskd first (systemctl stop kioskd), then try again",
                retryable: true)
        case .storeRecoveryKeyWrong:
            FaultEntry(
                .fault, "恢复密钥缺失或与此磁盘不符", "The recovery key is missing or does not fit this disk",
                next: "换用平台保管的、编号如详情所示的恢复私钥", "Take the platform's recovery key with the id that the detail shows")
        case .storeCopiesHoldKeys:
            FaultEntry(
                .fault, "旧的损坏副本中仍有该患者的密钥", "A damaged store that was set aside still holds this patient's keys",
                next: "先由工程师取证，再运行 kioskctl store discard 文件夹 --by 姓名，然后重试",
                "Have an engineer read it, run kioskctl store discard FOLDER --by NAME, then try again")
        case .auditBroken:
            FaultEntry(
                .needsPerson, "审计链断裂", "The audit chain is broken",
                next: "不要改动文件，把导出文件交给工程师", "Change nothing; give the exported file to an engineer")
        case .auditGap:
            FaultEntry(
                .warning, "审计链中有无人报告的间断", "The audit chain has interruptions that nobody reported",
                next: "核对所列时间是否有停电或检修", "Ask whether there was a power cut or work on the kiosk at the times shown")
        case .auditUnproven:
            FaultEntry(
                .warning, "审计链的一部分没有签名证明", "A part of the audit chain is not proven by a signature",
                next: "用 --device-key 和 --witness-key 给出公钥，或等待下一个检查点",
                "Give the public keys with --device-key and --witness-key, or wait for the next checkpoint")
        case .auditFileInvalid:
            FaultEntry(
                .fault, "不是审计导出文件", "The file is no audit export",
                next: "重新运行 kioskctl audit export", "Run kioskctl audit export again")
        case .usbNotFound:
            FaultEntry(
                .fault, "找不到设备", "The device was not found",
                next: "检查电源和 USB 线，运行 kioskctl device list", "Check power and USB cable, run kioskctl device list",
                retryable: true)
        case .usbAccessDenied:
            FaultEntry(
                .fault, "没有权限打开设备", "No permission to open the device",
                next: "检查 udev 规则和服务用户所属的组", "Check the udev rule and the service user's group")
        case .usbDisconnected:
            FaultEntry(
                .fault, "设备在操作中断开", "The device went away during an operation",
                next: "检查 USB 线，重新插好后会自动恢复", "Check the USB cable; the kiosk goes on when it is back", retryable: true)
        case .usbTransferFailed:
            FaultEntry(
                .fault, "USB 传输出错", "A USB transfer failed",
                next: "重新插拔设备，仍有问题则更换线缆", "Replug the device; if it stays, change the cable", retryable: true)
        case .usbTimeout:
            FaultEntry(
                .fault, "设备没有应答", "The device did not answer in time",
                next: "检查设备电源，再试一次", "Check the device's power, then try again", retryable: true)
        case .usbBadDescriptor:
            FaultEntry(
                .fault, "设备描述符有误，已拒绝使用", "The device's descriptors are wrong; it is not used",
                next: "更换设备，或联系供应商更新固件", "Replace the device, or ask the vendor for firmware")
        case .usbBusy:
            FaultEntry(
                .fault, "设备被其他程序占用", "Another program holds the device",
                next: "停止占用的程序（如 CUPS、ModemManager）", "Stop the other program (CUPS, ModemManager)", retryable: true)
        case .usbSimulatedRefused:
            FaultEntry(
                .fault, "正式配置拒绝模拟设备", "A simulated device is refused in production",
                next: "接入真实设备", "Attach the real device")
        case .usbServerUnreachable:
            FaultEntry(
                .fault, "USB/IP 服务连不上", "The USB/IP server can't be reached",
                next: "检查 [usb] 的 host 和 port，启动 kiosk-lab", "Check host and port in [usb]; start kiosk-lab",
                retryable: true)
        case .usbStranger:
            FaultEntry(
                .fault, "端口上是另一台设备，未使用", "Another device is in this port; it is not used",
                next: "接回原设备，或修改配置", "Attach the configured device, or change the configuration")
        case .usbReopened:
            FaultEntry(
                .warning, "设备出错，正在重新打开", "The device failed and is opened anew",
                next: "无需操作", "Nothing to do yet", retryable: true)
        case .usbHaltCleared:
            FaultEntry(
                .warning, "设备仍出错，正在清除端点停止状态", "The device still fails; its endpoints are cleared",
                next: "无需操作", "Nothing to do yet", retryable: true)
        case .usbClassReset:
            FaultEntry(
                .warning, "设备仍出错，正在软复位", "The device still fails; it is reset by its class",
                next: "稍候几秒", "Wait some seconds", retryable: true)
        case .usbPortReset:
            FaultEntry(
                .warning, "设备仍出错，正在复位端口", "The device still fails; its port is reset",
                next: "稍候几秒", "Wait some seconds", retryable: true)
        case .usbPortPowered:
            FaultEntry(
                .warning, "设备仍出错，正在断电重启", "The device still fails; its port's power is cycled",
                next: "稍候十几秒", "Wait a quarter of a minute", retryable: true)
        case .usbOutOfService:
            FaultEntry(
                .needsPerson, "设备多次恢复失败，已停用", "The device is out of service; no recovery helped",
                next: "重新插拔或更换设备", "Replug the device or change it", retryable: true)
        case .usbPortFixed:
            FaultEntry(
                .fault, "本机不能用软件复位该端口或断开其电源", "This machine can't reset the port or switch its power by software",
                next: "请拔下设备，等待五秒再插回", "Unplug the device by hand, wait five seconds and plug it in again")
        case .usbDeviceInUse:
            FaultEntry(
                .warning, "设备正在为就诊服务", "The device is serving a visit",
                next: "等当前步骤结束后再试", "Wait until the step under way has ended, then try again", retryable: true)
        case .usbRecordingFailed:
            FaultEntry(
                .fault, "USB 记录没有完成", "The recording of the USB transfers was not made",
                next: "按详情处理后重新记录；没有保存任何数据", "Mend what the detail says and record again; nothing was kept",
                retryable: true)
        case .readerUnsuitable:
            FaultEntry(
                .fault, "读卡器不能直接驱动，请用 PC/SC", "This reader can't be driven directly; use PC/SC",
                next: "换用支持 APDU 的读卡器，或改用 PC/SC", "Use a reader with APDU exchange, or PC/SC")
        case .readerProtocol:
            FaultEntry(
                .fault, "读卡器应答不合协议", "The reader's answer breaks the protocol",
                next: "重新插拔读卡器", "Replug the reader", retryable: true)
        case .cardAbsent:
            FaultEntry(
                .warning, "没有卡", "No card is in the reader",
                next: "请插卡", "Insert the card", retryable: true)
        case .cardRemoved:
            FaultEntry(
                .warning, "读卡时卡被取出", "The card was pulled while it was read",
                next: "请重新插卡并保持不动", "Insert the card again and leave it in", retryable: true)
        case .cardMute:
            FaultEntry(
                .warning, "卡没有应答", "The card does not answer",
                next: "擦净芯片后重试，或换一张卡", "Wipe the chip and try again, or use another card", retryable: true)
        case .cardWrongKind:
            FaultEntry(
                .warning, "这张卡不能在此使用", "This is not the card that is needed here",
                next: "请使用社会保障卡或居民身份证", "Use a social security card or a resident ID card", retryable: true)
        case .cardDataInvalid:
            FaultEntry(
                .warning, "卡内数据无法识别", "The data on the card can't be understood",
                next: "请到窗口检查此卡", "Have the card checked at the counter")
        case .cardLeftBehind:
            FaultEntry(
                .warning, "有卡遗留在读卡器中", "A card was left in the reader",
                next: "取出卡，交工作人员保管", "Take the card out and hand it to the staff")
        case .readerSecurityModule:
            FaultEntry(
                .fault, "身份证阅读器的安全模块故障或未授权", "The ID reader's security module is broken or not authorised",
                next: "更换读卡器并送修", "Change the reader and have it repaired")
        case .pcscUnavailable:
            FaultEntry(
                .fault, "PC/SC 服务（pcscd）没有应答", "The PC/SC service (pcscd) does not answer",
                next: "运行 systemctl status pcscd，并检查读卡器是否在 pcsc_scan 中出现",
                "Run systemctl status pcscd, and see whether pcsc_scan shows the reader", retryable: true)
        case .pcscReaderHeld:
            FaultEntry(
                .fault, "读卡器被另一程序占用", "Another program holds the reader",
                next: "结束使用读卡器的其他程序；同一读卡器不要同时由 PC/SC 和 USB 驱动",
                "End the other program that uses the reader; never drive one reader by PC/SC and USB at once",
                retryable: true)
        case .doctorUnknown:
            FaultEntry(
                .fault, "医生不在执业名册中", "The doctor is not in the registry",
                next: "更新名册，或由在册医生接诊", "Update the registry, or let a listed doctor take over")
        case .doctorNotInForce:
            FaultEntry(
                .fault, "医生执照不在有效期或已停用", "The doctor's licence is not in force",
                next: "由有效执业的医生接诊", "Let a doctor with a licence in force take over")
        case .doctorPINWrong:
            FaultEntry(
                .warning, "PIN 不正确", "The PIN is wrong",
                next: "核对后重新输入，注意剩余次数", "Check it and enter it again; mind the tries left")
        case .doctorPINBlocked:
            FaultEntry(
                .fault, "医生卡的 PIN 已锁定", "The PIN of the doctor's card is blocked",
                next: "到发卡处解锁", "Have the card unblocked by its issuer")
        case .doctorPINNeeded:
            FaultEntry(
                .warning, "需要再次输入 PIN", "The PIN is needed again",
                next: "请医生输入 PIN", "The doctor enters the PIN")
        case .doctorCardAbsent:
            FaultEntry(
                .warning, "没有医生卡", "The doctor's card is not in the reader",
                next: "请插入医生卡", "Insert the doctor's card", retryable: true)
        case .doctorSignatureFailed:
            FaultEntry(
                .fault, "签名失败", "The signature could not be made",
                next: "重新插入医生卡再签", "Insert the doctor's card again and sign again", retryable: true)
        case .doctorCertificateMismatch:
            FaultEntry(
                .fault, "医生卡证书与名册不符", "The card's certificate is not the one in the registry",
                next: "换用登记的医生卡，或更新名册", "Use the registered card, or update the registry")
        case .doctorNoSession:
            FaultEntry(
                .warning, "医生尚未登录", "No doctor is signed in",
                next: "请医生插卡并输入 PIN", "The doctor inserts the card and enters the PIN")
        case .doctorOutOfScope:
            FaultEntry(
                .fault, "超出医生的执业范围或地点", "Outside the doctor's scope or site",
                next: "由范围内的医生接诊", "Let a doctor within scope take over")
        case .registryMissing:
            FaultEntry(
                .fault, "没有医生名册", "There is no doctor registry",
                next: "放好名册文件，检查 [registry] 配置", "Install the registry file, check [registry]")
        case .registryBadSignature:
            FaultEntry(
                .fault, "名册签名无效，已拒绝", "The registry's signature is invalid; it is not used",
                next: "重新取得名册，核对公钥", "Get the registry again and check the public key")
        case .registryExpired:
            FaultEntry(
                .fault, "名册已过期", "The registry has expired",
                next: "连网更新名册", "Go online and update the registry")
        case .registryRolledBack:
            FaultEntry(
                .fault, "名册版本倒退，已拒绝", "The registry is older than the last one seen",
                next: "取得最新名册", "Get the newest registry")
        case .faceServiceDown:
            FaultEntry(
                .fault, "人脸服务没有运行", "The face service is not running",
                next: "可用 PIN；运行 systemctl restart kiosk-visiond", "Use the PIN; run systemctl restart kiosk-visiond",
                retryable: true)
        case .faceModelsMissing:
            FaultEntry(
                .fault, "没有人脸模型", "The face models are missing",
                next: "可用 PIN；运行 script/setup 取得模型", "Use the PIN; run script/setup to fetch the models")
        case .faceModelTampered:
            FaultEntry(
                .fault, "人脸模型校验不符，已拒绝", "A face model's SHA-256 does not fit; it is not used",
                next: "可用 PIN；重新安装模型", "Use the PIN; install the models again")
        case .faceNoCamera:
            FaultEntry(
                .fault, "没有摄像头", "There is no camera",
                next: "可用 PIN；检查摄像头连线", "Use the PIN; check the camera's cable", retryable: true)
        case .faceCameraStalled:
            FaultEntry(
                .fault, "摄像头画面停止", "The camera's picture stopped",
                next: "可用 PIN；重新插拔摄像头", "Use the PIN; replug the camera", retryable: true)
        case .faceNotSeen:
            FaultEntry(
                .warning, "没有看到人脸", "No face was seen",
                next: "请正对摄像头重试，或用 PIN", "Face the camera and try again, or use the PIN", retryable: true)
        case .faceMismatch:
            FaultEntry(
                .fault, "人脸与登记医生不符，拒绝签名", "The face is not the registered doctor's; not signed",
                next: "由登录的医生本人重试", "The signed-in doctor tries again in person")
        case .faceSeveral:
            FaultEntry(
                .warning, "画面中不止一人", "More than one person is in the picture",
                next: "请只留一人在镜头前", "Only one person before the camera, please", retryable: true)
        case .faceNotEnrolled:
            FaultEntry(
                .warning, "该医生未登记人脸", "No face is enrolled for this doctor",
                next: "可用 PIN；由两人登记人脸", "Use the PIN; enrol the face with two persons")
        case .faceLiveness:
            FaultEntry(
                .fault, "活体检测未通过，拒绝签名", "The liveness check failed; not signed",
                next: "由医生本人正对摄像头重试", "The doctor faces the camera in person and tries again")
        case .faceFrameCorrupt:
            FaultEntry(
                .warning, "摄像头图像损坏", "The camera's pictures are corrupt",
                next: "重试，仍有问题则检查摄像头", "Try again; if it stays, check the camera", retryable: true)
        case .faceTimeout:
            FaultEntry(
                .warning, "人脸检测超时", "The face scan took too long",
                next: "重试，或用 PIN", "Try again, or use the PIN", retryable: true)
        case .faceCameraRefused:
            FaultEntry(
                .fault, "摄像头不是配置的那一个，已拒绝", "The camera is not the configured one; it is not used",
                next: "接回原摄像头", "Attach the configured camera")
        case .faceLocked:
            FaultEntry(
                .warning, "人脸多次不符或久未输入 PIN，须用卡和 PIN", "The face is locked; card and PIN are needed",
                next: "由医生输入 PIN", "The doctor enters the PIN")
        case .faceOfAnotherDoctor:
            FaultEntry(
                .fault, "该人脸已登记在另一医生名下", "This face is enrolled for another doctor",
                next: "核对两位医生的身份后再登记", "Check who both doctors are, then enrol again")
        case .facePolicyUnsigned:
            FaultEntry(
                .fault, "人脸模型清单缺失或签名无效，已拒绝", "The list of face models is missing or not validly signed",
                next: "可用 PIN；安装平台签发的清单", "Use the PIN; install the list that the platform signed")
        case .faceRefusedBefore:
            FaultEntry(
                .warning, "人脸被拒后未再看到人脸，已计为一次不符",
                "After a refusal no face was shown; it counts as a refusal",
                next: "请登录的医生本人正对摄像头重试", "The signed-in doctor faces the camera and tries again", retryable: true)
        case .rxRuleBlocked:
            FaultEntry(
                .fault, "处方未通过规则审核", "A prescription rule blocks it",
                next: "按所列规则修改后重新提交", "Change it as the listed rules ask and submit again")
        case .rxInvalid:
            FaultEntry(
                .warning, "处方内容不完整或有误", "The prescription is incomplete or wrong",
                next: "按提示补全", "Complete it as shown")
        case .rxMedicineUnknown:
            FaultEntry(
                .warning, "药柜中没有该药", "The cabinet does not hold this medicine",
                next: "改用柜内药品，或转外配", "Choose a medicine in the cabinet, or refer")
        case .rxAlreadySigned:
            FaultEntry(
                .warning, "处方已签名，不能更改", "The prescription is signed and can't change",
                next: "作废后另开新方", "Cancel it and write a new one")
        case .rxAlreadyDispensed:
            FaultEntry(
                .warning, "处方已使用", "The prescription was used already",
                next: "不能再次发药", "It can't be dispensed again")
        case .rxNotTheOneShown:
            FaultEntry(
                .fault, "要签名的处方已不是所显示的", "The prescription is not the one that was shown any more",
                next: "重新查看处方，再签名", "Look at the prescription again, then sign it")
        case .dispenserUnreachable:
            FaultEntry(
                .fault, "药柜控制器没有应答", "The cabinet's controller does not answer",
                next: "检查药柜电源和 USB 线", "Check the cabinet's power and USB cable", retryable: true)
        case .dispenserProtocol:
            FaultEntry(
                .fault, "药柜应答校验错误", "The cabinet's answer fails its check (CRC or form)",
                next: "系统会查询结果；仍有问题则更换线缆", "The kiosk asks for the outcome; if it stays, change the cable",
                retryable: true)
        case .dispenserJam:
            FaultEntry(
                .needsPerson, "药道卡药", "A slot is jammed",
                next: "技术员开柜清除该药道", "A technician clears the slot")
        case .dispenserNoDrop:
            FaultEntry(
                .needsPerson, "没有药品落下", "No box fell",
                next: "技术员检查药道库存", "A technician checks the slot's stock")
        case .dispenserDoorOpen:
            FaultEntry(
                .fault, "药柜门开着", "The cabinet's door is open",
                next: "关好柜门再试", "Close the door and try again", retryable: true)
        case .dispenserUnknown:
            FaultEntry(
                .needsPerson, "无法确定药品是否落下", "It is not known whether the box fell",
                next: "工作人员查看出药口后登记结果，不会自动重发",
                "The staff look and record what they found; it is never repeated by itself")
        case .dispenserUnverified:
            FaultEntry(
                .needsPerson, "电机已转，但未确认落药", "The motor turned but the drop was not confirmed",
                next: "工作人员查看出药口后登记结果", "The staff look and record what they found")
        case .dispenserSlotFault:
            FaultEntry(
                .fault, "药道故障", "The slot is out of order",
                next: "技术员检查该药道", "A technician checks the slot")
        case .dispenserRefused:
            FaultEntry(
                .fault, "药柜拒绝了命令", "The cabinet refused the order",
                next: "查看详情，必要时联系工程师", "Read the detail; call an engineer if it stays")
        case .stockTraceInvalid:
            FaultEntry(
                .fault, "追溯码无法识别", "The trace code can't be read",
                next: "重新扫描；仍不行则不要装入该盒", "Scan again; leave the box out if it stays so")
        case .stockTraceDuplicate:
            FaultEntry(
                .fault, "追溯码已登记过", "This trace code was registered before",
                next: "取出该盒并报告质量负责人", "Take the box out and tell whoever answers for quality")
        case .stockCountDiffers:
            FaultEntry(
                .fault, "清点数量与账面不符", "The count differs from the books",
                next: "重新清点；仍不符则清空药道，用 --replace 重新扫码装入",
                "Count again; else empty the slot and load it anew with --replace")
        case .stockWrongBox:
            FaultEntry(
                .fault, "该盒不能装入此药道", "The box does not belong into this slot",
                next: "按详情核对药品、批号、效期和用途", "Compare medicine, lot, expiry and use with the detail")
        case .stockLow:
            FaultEntry(
                .warning, "药品库存低于下限", "A slot holds fewer boxes than its par level",
                next: "运行 kioskctl cabinet stock 并安排补货", "Run kioskctl cabinet stock and plan a refill")
        case .stockSlotBlocked:
            FaultEntry(
                .warning, "药道已自动锁定", "A slot is shut and gives nothing",
                next: "运行 kioskctl cabinet stock 查看原因", "Run kioskctl cabinet stock to see why")
        case .cabinetInUse:
            FaultEntry(
                .fault, "药柜正在使用中", "The cabinet is in use",
                next: "等当前步骤结束后再试", "Try again when the step under way has ended", retryable: true)
        case .cabinetTemperature:
            FaultEntry(
                .fault, "药柜温度超限，相关药品已锁定", "The cabinet was too warm or too cold; its medicines are shut",
                next: "由药师判断后用 kioskctl cabinet unlock 放行或更换药品",
                "A pharmacist decides: kioskctl cabinet unlock, or replace the boxes")
        case .cabinetThermometer:
            FaultEntry(
                .fault, "药柜温度计无读数", "The cabinet's thermometer gives no reading",
                next: "检查温度计接线，必要时更换", "Check the thermometer's wiring; replace it if it stays silent")
        case .firmwareRefused:
            FaultEntry(
                .fault, "固件被拒绝", "The firmware image was refused",
                next: "用正确签名、版本更高的固件重试", "Use an image for this board, signed and of a higher version")
        case .firmwareFellBack:
            FaultEntry(
                .warning, "药柜已退回旧固件", "The cabinet's controller went back to its former firmware",
                next: "重新升级；再次失败请联系工程师", "Update again; call an engineer if it falls back once more")
        case .firmwareLaboratoryKey:
            FaultEntry(
                .fault, "药柜控制器带有实验室密钥", "The cabinet's controller takes firmware signed with the laboratory's key",
                next: "停止取药；换上带产品密钥的控制器", "Dispense nothing; put in a controller with the product's key")
        case .cabinetReplaced:
            FaultEntry(
                .needsPerson, "药柜控制器或其记录不是原来的", "The cabinet's controller, or its journal, is not the one of before",
                next: "清点药盒，再用 kioskctl cabinet resolve 处理未决的取药",
                "Count the boxes, then settle the open orders with kioskctl cabinet resolve")
        case .cabinetLogDamaged:
            FaultEntry(
                .warning, "药柜控制器的记录存储有损坏", "The cabinet's controller found damaged records in its memory",
                next: "尽快更换控制器的存储器，此前发药照常", "Have the controller's memory exchanged soon; orders go on until then")
        case .printerPaperOut:
            FaultEntry(
                .fault, "打印机缺纸", "The printer is out of paper",
                next: "装好纸，小票会重新打印", "Load paper; the slip is printed again", retryable: true)
        case .printerPaperLow:
            FaultEntry(
                .warning, "打印纸将用完", "The paper is nearly used up",
                next: "准备换纸", "Have a new roll ready")
        case .printerCoverOpen:
            FaultEntry(
                .fault, "打印机盖未关", "The printer's cover is open",
                next: "关好盖子", "Close the cover", retryable: true)
        case .printerCutter:
            FaultEntry(
                .fault, "切刀故障", "The cutter is stuck",
                next: "关机后清理切刀", "Switch off and clear the cutter")
        case .printerOffline:
            FaultEntry(
                .fault, "打印机脱机", "The printer is offline",
                next: "按打印机进纸键恢复联机", "Press the feed button to bring it back", retryable: true)
        case .printerUnreachable:
            FaultEntry(
                .fault, "打印机没有应答", "The printer does not answer",
                next: "检查打印机电源和 USB 线", "Check the printer's power and USB cable", retryable: true)
        case .printerUnknown:
            FaultEntry(
                .needsPerson, "无法确定小票是否打出", "It is not known whether the slip was printed",
                next: "工作人员查看后决定是否补打", "The staff look and decide on a reprint")
        case .printerUnconfirmed:
            FaultEntry(
                .warning, "打印机不支持完成确认", "The printer can't confirm completion",
                next: "请核对小票已打出", "Check that the slip came out")
        case .printerError:
            FaultEntry(
                .fault, "打印机故障", "The printer reports an error",
                next: "关机重启打印机，仍有问题则报修", "Switch the printer off and on; if it stays, have it repaired")
        case .printerNotCleared:
            FaultEntry(
                .needsPerson, "打印机里可能还留有旧小票", "The printer may still hold a former slip",
                next: "关闭打印机再打开，小票会重新打印", "Switch the printer off and on; the slip is printed again")
        case .syncUnreachable:
            FaultEntry(
                .warning, "连不上平台，记录已在本机排队", "The platform can't be reached; records wait here",
                next: "检查网络，记录会自动上传", "Check the network; records are sent by themselves", retryable: true)
        case .syncRefused:
            FaultEntry(
                .needsPerson, "平台拒绝了记录，已隔离保存", "The platform refused a record; it is quarantined",
                next: "运行 kioskctl queue list 查看原因", "Run kioskctl queue list to see why")
        case .syncServerError:
            FaultEntry(
                .warning, "平台暂时出错，稍后重试", "The platform has trouble; sent again later",
                next: "无需操作，记录会自动上传", "Nothing to do; records are sent by themselves", retryable: true)
        case .syncAckMismatch:
            FaultEntry(
                .needsPerson, "平台的确认与所发内容不符", "The platform's acknowledgement does not match what was sent",
                next: "联系平台管理员，记录仍在本机", "Call the platform's operator; the record is still here")
        case .syncAuthentication:
            FaultEntry(
                .fault, "平台不接受本机身份", "The platform does not accept this kiosk's identity",
                next: "检查设备证书", "Check the device certificate")
        case .syncNoLink:
            FaultEntry(
                .warning, "网络没有连接", "The network is not connected",
                next: "检查网线或路由器，接好后自动上传", "Check the cable or the router; sending goes on by itself",
                retryable: true)
        case .syncNoRoute:
            FaultEntry(
                .warning, "网络没有出口", "The network leads nowhere",
                next: "检查路由器和上网流量", "Check the router and its contract for data", retryable: true)
        case .syncNameUnknown:
            FaultEntry(
                .warning, "查不到平台的域名", "The platform's name can't be looked up",
                next: "检查 DNS 设置和平台地址", "Check the DNS settings and the platform's address", retryable: true)
        case .syncClock:
            FaultEntry(
                .fault, "本机时钟不对，无法安全连接平台", "This kiosk's clock is wrong: no safe connection to the platform",
                next: "校准时间（timedatectl），再运行 kioskctl sync now",
                "Set the clock (timedatectl), then run kioskctl sync now", retryable: true)
        case .syncTLS:
            FaultEntry(
                .fault, "平台的证书不可信", "The platform's certificate can't be trusted",
                next: "联系平台管理员，不要跳过检查", "Call the platform's operator; don't switch the check off", retryable: true)
        case .syncCertificate:
            FaultEntry(
                .fault, "本机证书缺失、损坏或过期", "This kiosk's certificate is missing, damaged or expired",
                next: "换上新的证书文件，无需重启", "Put the new certificate files in place; no restart is needed",
                retryable: true)
        case .syncEnvelopeInvalid:
            FaultEntry(
                .fault, "平台指令的签名无效，未执行", "An order from the platform has no valid signature; not followed",
                next: "联系平台管理员", "Call the platform's operator")
        case .syncEnvelopeRolledBack:
            FaultEntry(
                .fault, "平台指令比已执行的旧，未执行", "An order from the platform is older than one already followed",
                next: "联系平台管理员", "Call the platform's operator")
        case .syncEnvelopeExpired:
            FaultEntry(
                .warning, "平台指令已过期，未执行", "An order from the platform has expired; not followed",
                next: "校准时间；时间无误则联系平台管理员", "Check the clock; if it is right, call the platform's operator")
        case .syncNoPlatform:
            FaultEntry(
                .warning, "没有配置平台，记录只存本机", "No platform is configured; records stay here",
                next: "在配置的 [platform] 中填写 url", "Set url in [platform] of the configuration")
        case .syncHeld:
            FaultEntry(
                .warning, "有记录被人暂停上传", "A person holds a record back",
                next: "运行 kioskctl queue release 恢复上传", "Run kioskctl queue release to send it")
        case .syncMessageState:
            FaultEntry(
                .warning, "该记录当前不能这样处理", "The record is not in a state for that",
                next: "运行 kioskctl queue show 查看", "Run kioskctl queue show to see how it stands")
        case .syncAnswererDoubted:
            FaultEntry(
                .needsPerson, "对方一再拒收，暂停发送", "One message after the other is refused; sending has stopped",
                next: "运行 kioskctl sync why，看平台地址和证书",
                "Run kioskctl sync why; look at the platform's address and certificate")
        case .diskLow:
            FaultEntry(
                .warning, "磁盘空间不多，已停发状态报告", "Disk space is low; state reports are left out",
                next: "清理磁盘，就诊不受影响", "Free disk space; visits go on")
        case .diskVisitsRefused:
            FaultEntry(
                .needsPerson, "磁盘空间不足，不再接新的就诊", "Too little disk space; no new visit is taken",
                next: "清理磁盘，或接通网络上传记录", "Free disk space, or connect the network so that records are sent",
                retryable: true)
        case .apiMalformed:
            FaultEntry(
                .warning, "请求内容不合格式", "The request's body is malformed",
                next: "按 OpenAPI 说明改正", "Mend it as the API description says")
        case .apiNotFound:
            FaultEntry(
                .warning, "没有这个对象", "There is no such thing",
                next: "核对编号", "Check the id")
        case .apiKeyMissing:
            FaultEntry(
                .warning, "缺少 Idempotency-Key", "The Idempotency-Key header is missing",
                next: "为每次写操作带上新的键", "Send a new key with each write")
        case .apiKeyReused:
            FaultEntry(
                .warning, "Idempotency-Key 已用于另一请求", "The Idempotency-Key was used for another request",
                next: "换一个新键", "Use a new key")
        case .apiNotAllowed:
            FaultEntry(
                .warning, "该用户无权执行此操作", "This user may not do that",
                next: "以有权的用户运行", "Run it as a user who may")
        case .apiTooLarge:
            FaultEntry(
                .warning, "请求内容过大", "The request's body is too large",
                next: "缩小请求", "Send less")
        case .apiUnavailable:
            FaultEntry(
                .fault, "kioskd 没有运行", "kioskd is not running",
                next: "运行 systemctl start kioskd", "Run systemctl start kioskd", retryable: true)
        case .apiMethodNotAllowed:
            FaultEntry(
                .warning, "该地址不支持此方法", "This address does not take that method",
                next: "查看 OpenAPI 说明", "Read the API description")
        case .visitWrongState:
            FaultEntry(
                .warning, "就诊当前不能执行这一步", "The visit is not at a point where this can be done",
                next: "按就诊显示的下一步操作", "Do the next step that the visit shows")
        case .visitAnotherOpen:
            FaultEntry(
                .warning, "已有就诊在进行", "Another visit is open",
                next: "先结束当前就诊", "End the current visit first")
        case .visitNeedsPerson:
            FaultEntry(
                .needsPerson, "就诊需要工作人员处理", "The visit needs a member of staff",
                next: "运行 kioskctl visit show 查看", "Run kioskctl visit show")
        case .visitInterrupted:
            FaultEntry(
                .warning, "就诊因断电或重启中断", "The visit was cut off by a power-off or restart",
                next: "核对设备结果后继续", "The outcome is asked of the devices, then it goes on")
        case .internalError:
            FaultEntry(
                .fault, "程序内部错误", "An internal error",
                next: "查看日志，联系工程师", "Read the log and call an engineer")
        case .clockUntrusted:
            FaultEntry(
                .warning, "时钟不可信", "The clock can't be trusted",
                next: "校准时间（timedatectl）；若时间无误，停止 kioskd，删除数据目录中的 time.floor",
                "Set the clock (timedatectl); if it is right, stop kioskd and remove time.floor from its data folder")
        }
    }
}
