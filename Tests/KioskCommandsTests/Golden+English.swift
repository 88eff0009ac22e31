/// Texts that were looked at and read well.
enum Golden {}

/// What `kioskctl` shows of the samples, in English, at UTC+8.
extension Golden {
    static let statusEn = """
        × lab-01  needs a person                         lab · internet-followup · 0.1.0

        Next    P-HLP-001 Please ask the staff for help
        Visit   01936b6e-3f00-7abc-8def-0123456789ab
                see staff · 张○○ · 2026-11-22 18:15:30 · simulated: doctor-key, reader
                K-DSP-006 It is not known whether the box fell: transaction 42
                → The staff look and record what they found; it is never repeated by
                  itself
        Doctor  王医生 (D001) · simulated key · face enrolled
        Queue   3 waiting (oldest 1 min 35 s) · 0 refused
                K-SYN-001 The platform can't be reached; records wait here: connection
                refused
                → Check the network; records are sent by themselves
        Up      1 h 2 min

        Devices
        √ reader         ready    1-1    1209:a001  [sim] Kiosk CCID reader
        √ doctor-reader  ready    1-2    1209:a002  [sim] Kiosk CCID reader for doctors…
        × printer        fault    1-1.4  04b8:0e15  票据打印机 TM-T88
            K-PRN-001 The printer is out of paper: DLE EOT 4: 0x72
            → Load paper; the slip is printed again
        √ dispenser      ready    1-3    0403:6001  -
        × camera         missing  -      -          -
            K-FAC-004 There is no camera: no frame source
            → Use the PIN; check the camera's cable

        Faults
        ‼ K-SYS-002 The clock can't be trusted
          → Set the clock (timedatectl); if it is right, stop kioskd and remove
            time.floor from its data folder

        """

    static let devicesEn = """
          DEVICE         STATE    ADDRESS  USB ID     PRODUCT
        √ reader         ready    1-1      1209:a001  [sim] Kiosk CCID reader
        √ doctor-reader  ready    1-2      1209:a002  [sim] Kiosk CCID reader for docto…
        × printer        fault    1-1.4    04b8:0e15  票据打印机 TM-T88
            K-PRN-001 The printer is out of paper: DLE EOT 4: 0x72
            → Load paper; the slip is printed again
        √ dispenser      ready    1-3      0403:6001  -
        × camera         missing  -        -          -
            K-FAC-004 There is no camera: no frame source
            → Use the PIN; check the camera's cable

        """

    static let visitEn = """
        × Visit 01936b6e-3f00-7abc-8def-0123456789ab                           see staff
          K-DSP-006 It is not known whether the box fell: transaction 42
          → The staff look and record what they found; it is never repeated by itself

        Next          P-HLP-001 Please ask the staff for help
        Patient       张○○
        Mode          clinic-onsite
        Opened        2026-11-22 18:15:30
        Prescription  kiosk-01-20261122-0001
                      01936b6f-0000-7abc-8def-0123456789ab
        Signed by     face
        Rules         1 passed
        Platform      not yet
        Simulated     doctor-key, reader

        Medicines
          2 ×  阿莫西林胶囊 0.25 g × 24 · 0.5 g 口服 每日三次 · 4 days

        Boxes
          NO.  SLOT  OUTCOME    MEDICINE
        √ 41   12    dropped    AMX025
        × 42   12    unknown    AMX025
        × 43   12    jammed     AMX025
            K-DSP-003 A slot is jammed
            → A technician clears the slot
          44   12    under way  AMX025

        """

    static let visitsEn = """
          VISIT                                 STATE      OPENED       SYNC     PATIENT
        √ 01936b6e-3f00-7abc-8def-0123456789ab  closed     11-22 18:15  sent     张○○
        × 01936b6e-3f00-7abc-8def-0123456789ab  see staff  11-22 18:15  not yet  张○○
          01936b6e-3f00-7abc-8def-0123456789ab  signed     11-22 18:15  not yet  张○○

        """

    static let queueEn = """
          NO.  KIND    STATE    TRY  QUEUED       VISIT
        × 7    bundle  refused  1    11-22 18:15  01936b6e-3f00-7abc-8def-0123456789ab
            K-SYN-002 The platform refused a record; it is quarantined: 422 entry 3:
            Patient.identifier
            → Run kioskctl queue list to see why
        ‼ 12   bundle  waiting  14   11-22 18:15  01936b6e-3f00-7abc-8def-0123456789ab
            K-SYN-001 The platform can't be reached; records wait here: connection
            refused
            → Check the network; records are sent by themselves
          13   bundle  waiting  0    11-22 18:15  -

        """

    static let fromDiskEn = """
        ‼ K-API-007 kioskd is not running: connect /run/kiosk/kioskd.sock: No such file
          or directory
          → Run systemctl start kioskd
        What follows was read from disk.

        """

    static let downEn = """
        × kiosk-01  not running                              lab · clinic-onsite · 0.1.0

        Visit   none
        Doctor  nobody is signed in
        Queue   2 waiting (oldest 2 h 0 min) · 0 refused

        Faults
        × K-API-007 kioskd is not running
          → Run systemctl start kioskd

        """
}
