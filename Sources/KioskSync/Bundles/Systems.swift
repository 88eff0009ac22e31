import FHIRModel

/// The names of the code systems and identifiers that the kiosk writes.
enum Systems {
    static let tag = "urn:kiosk:tag"
    static let simulated = FHIR.Coding(system: tag, code: "simulated", display: "Simulated, not real")

    static let bundle = "urn:kiosk:bundle"
    static let kiosk = "urn:kiosk:id"
    static let site = "urn:kiosk:site"
    static let doctor = "urn:kiosk:doctor-id"
    static let licence = "urn:kiosk:doctor-licence"
    static let prescription = "urn:kiosk:prescription-number"
    static let document = "urn:kiosk:document-number"
    static let transaction = "urn:kiosk:dispense-transaction"
    static let trace = "urn:kiosk:trace-code"
    static let citizen = "urn:kiosk:citizen-number"
    static let socialSecurityCard = "urn:kiosk:social-security-card"

    static let mode = "urn:kiosk:mode"
    static let formulary = "urn:kiosk:formulary"
    static let rule = "urn:kiosk:rule"
    static let outcome = "urn:kiosk:dispense-outcome"
    static let audit = "urn:kiosk:audit"
    static let fault = "urn:kiosk:fault"

    static let verdictExtension = "urn:kiosk:extension:rule-verdict"
    static let slotExtension = "urn:kiosk:extension:slot"
    static let traceReadExtension = "urn:kiosk:extension:trace-read-at"

    static let encounterClass = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    static let participation = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
    static let dicom = "http://dicom.nema.org/resources/ontology/DCM"
    /// ASTM E1762-95: the author's signature.
    static let authorSignature = FHIR.Coding(
        system: "urn:iso-astm:E1762-95:2013", code: "1.2.840.10065.1.12.1.1", display: "Author's Signature")
}

extension String {
    /// FHIR has no empty strings.
    var orNil: String? { isEmpty ? nil : self }
}
