import KioskModel

extension FaultCode {
    /// The HTTP status (RFC 9110 section 15) that a problem with this code is sent under; the one mapping.
    public var httpStatus: Int {
        switch self {
        case .apiMalformed, .apiKeyMissing: 400
        case .apiNotAllowed, .doctorPINWrong, .doctorPINBlocked, .doctorUnknown, .doctorNotInForce,
            .doctorOutOfScope, .doctorCertificateMismatch:
            403
        case .apiNotFound: 404
        case .apiMethodNotAllowed: 405
        case .visitWrongState, .visitAnotherOpen, .visitNeedsPerson, .visitInterrupted, .rxAlreadySigned,
            .rxAlreadyDispensed, .doctorNoSession, .doctorPINNeeded, .doctorCardAbsent, .cardAbsent, .cardRemoved,
            .cardMute, .cardWrongKind, .cardDataInvalid, .cardLeftBehind, .syncMessageState, .syncHeld,
            .rxNotTheOneShown,
            .usbDeviceInUse, .storeErasureRefused, .storeCopiesHoldKeys, .storeInUse, .cabinetInUse:
            409
        case .storeErased: 410
        case .apiTooLarge: 413
        case .apiKeyReused, .rxRuleBlocked, .rxInvalid, .rxMedicineUnknown, .faceNotSeen, .faceMismatch,
            .faceSeveral, .faceNotEnrolled, .faceLiveness, .faceLocked, .faceOfAnotherDoctor, .faceRefusedBefore,
            .stockTraceInvalid, .stockTraceDuplicate, .stockCountDiffers, .stockWrongBox, .firmwareRefused:
            422
        case .configMissing, .configSyntax, .configUnknownKey, .configWrongType, .configBadValue,
            .configProductionRefusesLab, .doctorSignatureFailed, .auditBroken, .auditGap, .auditUnproven,
            .auditFileInvalid, .internalError:
            500
        case .syncRefused, .syncServerError, .syncAckMismatch, .syncAuthentication, .syncTLS, .syncEnvelopeInvalid,
            .syncEnvelopeRolledBack, .syncEnvelopeExpired, .syncAnswererDoubted:
            502
        case .storeOpenFailed, .storeDamaged, .storeWriteFailed, .storeKeyWrong, .storeKeyOld, .storeKeyExposed,
            .storeRekeyUnfinished, .storeArchiveDamaged, .storeRecoveryKeyWrong, .usbNotFound, .usbAccessDenied,
            .usbDisconnected, .usbTransferFailed, .usbBadDescriptor, .usbBusy, .usbSimulatedRefused,
            .usbServerUnreachable, .usbStranger, .usbReopened, .usbHaltCleared, .usbClassReset, .usbPortReset,
            .usbPortPowered, .usbOutOfService, .usbRecordingFailed, .pcscUnavailable, .pcscReaderHeld,
            .readerSecurityModule, .readerUnsuitable, .readerProtocol,
            .registryMissing, .registryBadSignature,
            .registryExpired, .registryRolledBack, .faceServiceDown, .faceModelsMissing, .faceModelTampered,
            .facePolicyUnsigned, .faceNoCamera, .faceCameraStalled, .faceFrameCorrupt, .faceCameraRefused,
            .dispenserUnreachable,
            .dispenserProtocol, .dispenserJam, .dispenserNoDrop, .dispenserDoorOpen, .dispenserUnknown,
            .dispenserUnverified, .dispenserSlotFault, .dispenserRefused, .stockLow, .stockSlotBlocked,
            .cabinetTemperature, .cabinetThermometer, .firmwareFellBack, .firmwareLaboratoryKey, .printerPaperOut,
            .printerPaperLow,
            .printerCoverOpen, .printerCutter, .printerOffline, .printerUnreachable, .printerUnknown,
            .printerUnconfirmed, .printerError, .printerNotCleared, .cabinetReplaced, .cabinetLogDamaged,
            .syncUnreachable, .syncNoLink, .syncNoRoute, .syncNameUnknown,
            .syncClock,
            .syncCertificate, .syncNoPlatform, .apiUnavailable, .clockUntrusted:
            503
        case .usbPortFixed: 501
        case .usbTimeout, .faceTimeout: 504
        case .storeDiskFull, .diskLow, .diskVisitsRefused: 507
        }
    }
}
