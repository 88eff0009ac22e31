/// One piece of paper that a kiosk prints; the printer's driver lays it out.
public struct PrintDocument: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        /// In both languages whatever `language` says.
        case prescription(PrescriptionSlip)
        case label(DispensingLabel)
        case referral(ReferralLetter)
        case receipt(PaymentReceipt)
        case test(PrinterTestPage)
    }

    public enum Language: String, Codable, Sendable, Hashable, CaseIterable { case zh, en }

    public let content: Content
    public let language: Language

    public init(_ content: Content, language: Language = .zh) {
        self.content = content
        self.language = language
    }
}

/// What every document but the prescription carries.
public struct DocumentHead: Sendable, Hashable {
    /// Kept by every reprint.
    public let documentNumber: String
    public let kioskName: String
    /// For example `2026-11-22 10:15`.
    public let issued: String
    /// Printed large as 模拟 where any part was simulated.
    public let simulated: Bool
    /// 0 for the first print; n prints 补打 n.
    public let reprint: Int

    public init(documentNumber: String, kioskName: String, issued: String, simulated: Bool, reprint: Int = 0) {
        self.documentNumber = documentNumber
        self.kioskName = kioskName
        self.issued = issued
        self.simulated = simulated
        self.reprint = reprint
    }
}

/// The label for one medicine that was handed out (用药标签).
public struct DispensingLabel: Sendable, Hashable {
    public let head: DocumentHead
    public let patientName: String
    public let prescriptionNumber: String
    public let line: PrescriptionLine
    public let lot: String
    /// ISO 8601 date; empty where the cabinet does not know it.
    public let expiry: String
    public let warnings: [String]

    public init(
        head: DocumentHead, patientName: String, prescriptionNumber: String, line: PrescriptionLine, lot: String,
        expiry: String, warnings: [String]
    ) {
        self.head = head
        self.patientName = patientName
        self.prescriptionNumber = prescriptionNumber
        self.line = line
        self.lot = lot
        self.expiry = expiry
        self.warnings = warnings
    }
}

/// The letter with which a doctor sends a patient on (转诊单).
public struct ReferralLetter: Sendable, Hashable {
    public enum Urgency: String, Sendable, Hashable, CaseIterable { case routine, today, emergency }

    public let head: DocumentHead
    public let patientName: String
    public let sex: String
    public let age: String
    public let diagnosis: String
    public let reason: String
    public let facility: String
    public let department: String
    public let urgency: Urgency
    public let doctorName: String
    /// What the QR code holds; empty for none.
    public let qr: String

    public init(
        head: DocumentHead, patientName: String, sex: String, age: String, diagnosis: String, reason: String,
        facility: String, department: String, urgency: Urgency, doctorName: String, qr: String
    ) {
        self.head = head
        self.patientName = patientName
        self.sex = sex
        self.age = age
        self.diagnosis = diagnosis
        self.reason = reason
        self.facility = facility
        self.department = department
        self.urgency = urgency
        self.doctorName = doctorName
        self.qr = qr
    }
}

/// What was paid (收费凭条); no invoice in the sense of the tax law.
public struct PaymentReceipt: Sendable, Hashable {
    public struct Item: Sendable, Hashable {
        public let name: String
        public let quantity: Int
        /// Of all pieces together, in fen.
        public let amount: Int

        public init(name: String, quantity: Int, amount: Int) {
            self.name = name
            self.quantity = quantity
            self.amount = amount
        }
    }

    public let head: DocumentHead
    public let items: [Item]
    /// In fen; a driver refuses a receipt whose items do not add up to it.
    public let total: Int
    /// For example `微信支付`.
    public let method: String
    public let paymentNumber: String

    public init(head: DocumentHead, items: [Item], total: Int, method: String, paymentNumber: String) {
        self.head = head
        self.items = items
        self.total = total
        self.method = method
        self.paymentNumber = paymentNumber
    }
}

/// What a technician prints to see whether a printer is set up right.
public struct PrinterTestPage: Sendable, Hashable {
    public let head: DocumentHead
    /// For example `1-3 · 04b8:0202`.
    public let device: String
    /// The agent's version.
    public let version: String

    public init(head: DocumentHead, device: String, version: String) {
        self.head = head
        self.device = device
        self.version = version
    }
}
