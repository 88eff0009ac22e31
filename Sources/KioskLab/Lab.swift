import Foundation
import KioskCrypto
import KioskModel
import SimulatedDevices

/// Simulated hardware at the USB wire and a stand-in platform, scripted in plain words.
public actor Lab {
    private let folder: LabFolder
    private let route: LabRoute
    private let reserveMB: Int
    private let server = USBIPServer()
    private var usbipPort: UInt16 = 0
    private let reader = SimulatedCCIDReader()
    private let doctorReader: SimulatedCCIDReader
    /// As most modules: a card that was read is found again only after it was lifted.
    private let idReader = SimulatedResidentReader(needsLift: true)
    private let printer: SimulatedPrinter
    private let dispenser: LabCabinet
    private let isDispenserSerial: Bool
    private let doctorCard: SimulatedPIVCard
    private let platform: PlatformStandIn
    private let camera: SimulatedCamera
    private var scene: CameraScene
    private var control: LabControlServer?
    private var playing: Task<Void, Never>?
    private var orders: UInt64 = 0
    private let certificates: LabCertificates?

    /// Throws where the folder is not provisioned or a device can't be made.
    ///
    /// `secured`: the platform speaks TLS and asks for the kiosk's certificate. `reserveMB`: disk that kioskd keeps aside.
    /// `firmware`: the image that runs the cabinet in QEMU; without it the controller's code runs in this process.
    /// `serial`: where its host's line is then a Unix socket, and no USB device.
    public init(
        _ folder: LabFolder, route: LabRoute = .usbip, secured: Bool = false, reserveMB: Int = 0,
        firmware: String? = nil, serial: String? = nil
    ) throws {
        self.folder = folder
        self.reserveMB = reserveMB
        certificates = secured ? try LabCertificates(folder) : nil
        self.route = route
        var options = SimulatedReaderOptions()
        options.serial = "LAB-READER-2"
        doctorReader = SimulatedCCIDReader(options: options)
        printer = try SimulatedPrinter(outputDirectory: folder.slips)
        isDispenserSerial = firmware != nil && serial != nil
        dispenser =
            if let firmware {
                .board(
                    try BoardDispenser(
                        image: firmware, folder: folder.cabinet, slots: DemonstrationFormulary.slots,
                        motorTime: .milliseconds(800), hostSocket: serial))
            } else {
                .simulated(
                    try SimulatedDispenser(
                        journalPath: folder.cabinet + "/journal.bin", slots: DemonstrationFormulary.slots))
            }
        doctorCard = try LabDoctor.card(folder)
        platform = PlatformStandIn(
            directory: folder.bundles, security: certificates.map { PlatformSecurity(authority: $0.authority) })
        camera = SimulatedCamera(folder: folder.camera)
        scene = CameraScene(folder: folder.camera)
    }

    /// Plugs everything in, writes kioskd's configuration, takes words; runs until cancelled.
    public func run() async throws {
        // Ports stay the same when a laboratory is started again, so that a running kioskd finds it.
        let kept = LabPorts(readingFrom: folder)
        let usbip = try await server.start(port: kept.usbip)
        usbipPort = usbip
        await platform.countersign(
            with: try EnvelopeSigningKey(
                privateHex: String(contentsOfFile: folder.platformSigningKey, encoding: .utf8)))
        let http = UInt16(try await platform.start(port: Int(kept.platform)))
        try await dispenser.start()
        for bus in LabBus.allCases where bus != .dispenser || !isDispenserSerial {
            try await plug(device(bus), at: bus)
        }
        let ports = LabPorts(usbip: usbip, platform: http)
        try ports.write(to: folder)
        try Provisioning.configure(folder, ports: ports, by: route, secured: certificates != nil, reserveMB: reserveMB)
        control = try LabControlServer(socketPath: folder.controlSocket) { [weak self] line in
            await self?.answer(line) ?? "error the laboratory is gone"
        }
        print(
            "kiosk-lab: USB/IP on 127.0.0.1:\(usbip), platform on 127.0.0.1:\(http), words on \(folder.controlSocket)")
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        control?.stop()
        playing?.cancel()
        await server.stop()
        await dispenser.stop()
        await platform.stop()
    }

    private func plug(_ device: any SimulatedUSBDevice, at bus: LabBus) async throws {
        await server.plug(device, at: bus.rawValue)
        if route == .kernel {
            try await VirtualHostController().attach(bus.rawValue, port: usbipPort, slot: bus.slot)
        }
    }

    private func answer(_ line: String) async -> String {
        do {
            return "ok " + (try await perform(try LabCommand(parsing: line)))
        } catch {
            return "error \(error)"
        }
    }

    private func device(_ bus: LabBus) -> any SimulatedUSBDevice {
        switch bus {
        case .reader: reader
        case .doctorReader: doctorReader
        case .printer: printer
        case .dispenser: dispenser.device
        case .camera: camera
        case .idCard: idReader
        }
    }

    private func perform(_ command: LabCommand) async throws -> String {
        switch command {
        case .insertCard(let name): reader.insert(try LabCards.card(name))
        case .removeCard: reader.removeCard()
        case .pullCard(let apdus): reader.script(.pullCard(afterAPDUs: apdus))
        case .layIDCard(let name): idReader.put(try LabCards.residentCard(name))
        case .liftIDCard: idReader.liftCard()
        case .insertDoctorCard: doctorReader.insert(doctorCard)
        case .removeDoctorCard: doctorReader.removeCard()
        case .paperOut: await printer.paperOut()
        case .paperOutAfter(let bytes): await printer.paperOutAfter(bytes: bytes)
        case .lowPaper: await printer.paperLow()
        case .jamCutter: await printer.jamCutter()
        case .freeCutter: await printer.freeCutter()
        case .printerOffline: await printer.goOffline()
        case .printerOnline: await printer.goOnline()
        case .printerModel(let kind):
            await server.unplug(LabBus.printer.rawValue)
            await printer.become(kind.model)
            try await plug(printer, at: .printer)
        case .idReaderSays(let status): idReader.script(.status(status, command: [0x30, 0x01]))
        case .disturb(let bus, let trouble): await server.inject(trouble.fault(for: bus), at: bus.rawValue)
        case .stranger(let bus):
            await server.unplug(bus.rawValue)
            try await plug(EchoDevice(), at: bus)
        case .loadPaper: await printer.loadPaper()
        case .openCover: await printer.coverOpen()
        case .closeCover: await printer.coverClose()
        case .jam(let slot): try await dispenser.jam(slot: slot)
        case .empty(let slot): try await dispenser.empty(slot: slot)
        case .clear(let slot): try await dispenser.clear(slot: slot)
        case .fill(let slot, let boxes): try await dispenser.fill(slot: slot, boxes: boxes)
        case .temperature(let degrees): try await dispenser.setTemperature(degrees.map(Double.init))
        case .openDoor: await dispenser.setDoor(open: true)
        case .closeDoor: await dispenser.setDoor(open: false)
        case .cabinetPower(let on): try await dispenser.setPower(on: on)
        case .cutCabinetInTurn: await dispenser.cutPowerInNextTurn()
        case .corruptNextFrame: try await dispenser.corruptNextFrame()
        case .loseNextReply: try await dispenser.loseNextReply()
        case .unplug(let bus): await server.unplug(bus.rawValue)
        case .plug(let bus): try await plug(device(bus), at: bus)
        case .delay(let bus, let milliseconds):
            await server.inject(.delay(.milliseconds(milliseconds)), at: bus.rawValue)
        case .lie(let bus): try await plug(LyingDevice(device(bus)), at: bus)
        case .camera(.freeze): camera.freeze()
        case .camera(.thaw): camera.thaw()
        case .camera(let word): try scene.set(word)
        case .play(let file): return try play(LabScript(path: file))
        case .stopPlaying: playing?.cancel()
        case .platform(let behaviour): await platform.script(behaviour)
        case .platformTrait(let trait): await platform.set(trait)
        case .kioskCertificate(let flaw):
            guard let certificates else { throw LabError("the platform speaks plain HTTP; serve with --tls") }
            try certificates.issue(flaw)
        case .platformOrder(let order):
            let key = try EnvelopeSigningKey(
                privateHex: String(contentsOfFile: folder.platformSigningKey, encoding: .utf8))
            // Numbers that go up from one laboratory to the next.
            orders = max(orders + 1, UInt64(Date().timeIntervalSince1970))
            let bytes = try order.envelope(
                kiosk: Provisioning.kiosk, sequence: orders, key: key, now: Date())
            try await platform.publish(bytes, for: Provisioning.kiosk)
        case .platformWithoutOrder: try await platform.publish(nil, for: Provisioning.kiosk)
        case .platformCertificate(let flaw): try await platform.present(flaw)
        case .platformRefusesSimulated: await platform.refuseSimulated(true)
        case .countBoxes: return String(await dispenser.droppedBoxes)
        case .countIDReaderLooks: return String(idReader.looks)
        case .countBundles: return String(await platform.acceptedBundles)
        case .status: return await server.plugged().joined(separator: " ")
        }
        return ""
    }

    /// Performs a script's steps in their time, in place of the script before; what can't be done is told and passed over.
    private func play(_ script: LabScript) -> String {
        playing?.cancel()
        playing = Task { [weak self] in
            for step in script.steps {
                guard (try? await Task.sleep(for: step.pause)) != nil else { return }
                do {
                    _ = try await self?.perform(step.command)
                } catch {
                    print("kiosk-lab: \(step.command): \(error)")
                }
            }
        }
        return "\(script.steps.count) steps"
    }
}
