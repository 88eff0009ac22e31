import KioskModel

/// A connection whose transfers a recorder notes; everything goes on as without it.
final class USBRecordedConnection: USBConnection {
    private let inner: any USBConnection
    private let recorder: USBRecorder

    init(_ inner: any USBConnection, recorder: USBRecorder) {
        self.inner = inner
        self.recorder = recorder
    }

    var device: USBDeviceInfo { inner.device }
    var isOpen: Bool { inner.isOpen }
    var configuration: USBConfiguration { inner.configuration }

    func claim(interface: UInt8) async throws(USBError) {
        try await noting(.claim, interface) { () async throws(USBError) in try await inner.claim(interface: interface) }
    }

    func release(interface: UInt8) async throws(USBError) {
        try await noting(.release, interface) { () async throws(USBError) in
            try await inner.release(interface: interface)
        }
    }

    func clearHalt(_ endpoint: UInt8) async throws(USBError) {
        try await noting(.clearHalt, endpoint) { () async throws(USBError) in try await inner.clearHalt(endpoint) }
    }

    func control(_ setup: USBSetup, data: [UInt8], timeout: Duration) async throws(USBError) -> [UInt8] {
        let fields = [
            Int(setup.requestType), Int(setup.request), Int(setup.value), Int(setup.index), Int(setup.readLength),
        ]
        do throws(USBError) {
            let answer = try await inner.control(setup, data: data, timeout: timeout)
            recorder.add(.control, setup: fields, out: data, in: answer)
            return answer
        } catch {
            recorder.add(.control, setup: fields, out: data, error: error)
            throw error
        }
    }

    func write(_ bytes: [UInt8], to endpoint: UInt8, timeout: Duration) async throws(USBError) -> Int {
        do throws(USBError) {
            let taken = try await inner.write(bytes, to: endpoint, timeout: timeout)
            recorder.add(.write, target: endpoint, out: bytes, taken: taken == bytes.count ? nil : taken)
            return taken
        } catch {
            recorder.add(.write, target: endpoint, out: bytes, error: error)
            throw error
        }
    }

    func read(upTo length: Int, from endpoint: UInt8, timeout: Duration) async throws(USBError) -> [UInt8] {
        do throws(USBError) {
            let bytes = try await inner.read(upTo: length, from: endpoint, timeout: timeout)
            recorder.add(.read, target: endpoint, in: bytes)
            return bytes
        } catch {
            recorder.add(.read, target: endpoint, error: error)
            throw error
        }
    }

    func close() async {
        recorder.add(.close)
        await inner.close()
    }

    private func noting(
        _ kind: USBRecordedTransfer.Kind, _ target: UInt8, _ act: () async throws(USBError) -> Void
    ) async throws(USBError) {
        do throws(USBError) {
            try await act()
            recorder.add(kind, target: target)
        } catch {
            recorder.add(kind, target: target, error: error)
            throw error
        }
    }
}
