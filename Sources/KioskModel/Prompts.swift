/// What a person must do next. Any screen or terminal shows the words; programs go by the code.
public enum Prompt: String, Codable, Sendable, Hashable, CaseIterable {
    case insertCard = "P-CRD-001"
    case keepCardStill = "P-CRD-002"
    case takeCard = "P-CRD-003"
    case presentCard = "P-CRD-004"
    case cardLeftBehind = "P-CRD-005"
    case seeDoctor = "P-DOC-001"
    case doctorSignIn = "P-DOC-002"
    case doctorPIN = "P-DOC-003"
    case lookAtCamera = "P-FAC-001"
    case comeCloser = "P-FAC-002"
    case moreLight = "P-FAC-003"
    case lessLight = "P-FAC-004"
    case onePersonOnly = "P-FAC-005"
    case uncoverFace = "P-FAC-006"
    case holdHeadStraight = "P-FAC-007"
    case holdStill = "P-FAC-008"
    case standInTheMiddle = "P-FAC-009"
    case turnHeadLeft = "P-FAC-010"
    case turnHeadRight = "P-FAC-011"
    case lookAhead = "P-FAC-012"
    case waitForMedicine = "P-DSP-001"
    case takeMedicine = "P-DSP-002"
    case takeSlip = "P-PRN-001"
    case callStaff = "P-HLP-001"
    case goodbye = "P-END-001"

    /// The words for the screen in Chinese.
    public var zh: String { words.zh }
    /// The words for the screen in English.
    public var en: String { words.en }

    private var words: (zh: String, en: String) {
        switch self {
        case .insertCard: ("请插入社会保障卡", "Please insert your social security card")
        case .keepCardStill: ("正在读卡，请勿取出", "Reading the card; please leave it in")
        case .takeCard: ("请取回您的卡", "Please take your card")
        case .presentCard: ("请插入社会保障卡，或将身份证放在读卡区", "Please insert your social security card, or lay your ID card down")
        case .cardLeftBehind: ("您的卡还在读卡器中，请取回", "Your card is still in the reader; please take it")
        case .seeDoctor: ("请与医生交谈", "Please talk to the doctor")
        case .doctorSignIn: ("请医生插卡并输入 PIN", "Doctor: insert your card and enter the PIN")
        case .doctorPIN: ("请医生再次输入 PIN 以签名", "Doctor: enter the PIN again to sign")
        case .lookAtCamera: ("请医生正对摄像头", "Doctor: please face the camera")
        case .comeCloser: ("请靠近一些", "Please come closer")
        case .moreLight: ("光线太暗，请面向光亮处", "Too dark: please face the light")
        case .lessLight: ("光线太强，请避开强光", "Too bright: please turn away from the light")
        case .onePersonOnly: ("请只留医生一人在镜头前", "Only the doctor before the camera, please")
        case .uncoverFace: ("请正对摄像头，不要戴口罩或遮挡脸部", "Please face the camera without a mask or cover")
        case .holdHeadStraight: ("请把头摆正", "Please hold your head straight")
        case .holdStill: ("请保持不动", "Please hold still")
        case .standInTheMiddle: ("请站到画面中间", "Please stand in the middle")
        case .turnHeadLeft: ("请慢慢向左转头", "Please turn your head slowly to your left")
        case .turnHeadRight: ("请慢慢向右转头", "Please turn your head slowly to your right")
        case .lookAhead: ("请转回正面", "Please look straight ahead again")
        case .waitForMedicine: ("正在出药，请稍候", "Your medicine is on its way; please wait")
        case .takeMedicine: ("请在出药口取药", "Please take your medicine from the tray")
        case .takeSlip: ("请取走小票", "Please take the slip")
        case .callStaff: ("请联系工作人员", "Please ask the staff for help")
        case .goodbye: ("就诊结束，祝您健康", "All done; we wish you good health")
        }
    }
}
