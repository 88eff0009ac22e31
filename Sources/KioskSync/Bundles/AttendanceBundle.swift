import FHIRModel
import KioskModel
import KioskPlatform

/// Renders that a doctor came to a kiosk or left it (DICOM PS3.15 section A.5.3.12, user authentication).
public enum AttendanceBundle {
    /// A doctor's stay, as far as it is known.
    public struct Content: Sendable {
        public let doctor: ConsultationContent.Doctor
        public let custody: KeyCustody
        public let since: Stamp
        /// Nil where the doctor signs in.
        public let until: Stamp?

        public init(doctor: ConsultationContent.Doctor, custody: KeyCustody, since: Stamp, until: Stamp?) {
            self.doctor = doctor
            self.custody = custody
            self.since = since
            self.until = until
        }
    }

    public static func make(_ content: Content, _ origin: EventOrigin) throws(Fault) -> RenderedBundle {
        let doctor = FHIR.Reference(
            type: "Practitioner",
            identifier: FHIR.Identifier(system: Systems.licence, value: content.doctor.licence),
            display: content.doctor.name.orNil)
        var details = [
            FHIR.AuditEvent.Detail("doctor", string: content.doctor.id),
            .init("custody", string: content.custody.rawValue), .init("since", string: content.since.iso8601),
        ]
        if let until = content.until { details.append(.init("until", string: until.iso8601)) }
        return try EventBundle.make(
            origin, type: FHIR.Coding(system: Systems.dicom, code: "110114", display: "User Authentication"),
            subtype: content.until == nil
                ? FHIR.Coding(system: Systems.dicom, code: "110122", display: "Login")
                : FHIR.Coding(system: Systems.dicom, code: "110123", display: "Logout"),
            agent: doctor, details: details)
    }
}
