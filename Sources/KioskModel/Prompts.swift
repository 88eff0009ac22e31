/// What a person must do next. Any screen or terminal shows the words; programs go by the code.
public enum Prompt: String, Codable, Sendable, Hashable, CaseIterable {
    case insertCard = "P-CRD-001"
    case keepCardStill = "P-CRD-002"
    case takeCard = "P-CRD-003"
    case seeDoctor = "P-DOC-001"
    case doctorSignIn = "P-DOC-002"
    case doctorPIN = "P-DOC-003"
    case lookAtCamera = "P-FAC-001"
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
        case .seeDoctor: ("请与医生交谈", "Please talk to the doctor")
        case .doctorSignIn: ("请医生插卡并输入 PIN", "Doctor: insert your card and enter the PIN")
        case .doctorPIN: ("请医生再次输入 PIN 以签名", "Doctor: enter the PIN again to sign")
        case .lookAtCamera: ("请医生正对摄像头", "Doctor: please face the camera")
        case .waitForMedicine: ("正在出药，请稍候", "Your medicine is on its way; please wait")
        case .takeMedicine: ("请在出药口取药", "Please take your medicine from the tray")
        case .takeSlip: ("请取走小票", "Please take the slip")
        case .callStaff: ("请联系工作人员", "Please ask the staff for help")
        case .goodbye: ("就诊结束，祝您健康", "All done; we wish you good health")
        }
    }
}
