import KioskPlatform

/// What a debugger does to the emulated processor (GDB Remote Serial Protocol).
enum BoardDebugger {
    /// RAM behind the stack, which no program of the board uses.
    private static let free = "20030000"
    /// The same address as the register wants it, the lowest byte first.
    private static let freeAsValue = "00000320"

    /// Sends the processor into a loop of one instruction (`b .`), which it never leaves by itself.
    static func hang(at path: String) async throws {
        try await onOwnThread("board-debugger") {
            let deadline = ContinuousClock.now + .seconds(10)
            // The processor stands while a debugger is there.
            let stream = try BoardMonitor.connect(path, until: deadline)
            defer { stream.shutdown() }
            // QEMU lets only those write a register who have asked what registers there are.
            let commands = [
                ("qXfer:features:read:target.xml:0,10", "$m"), ("M\(free),2:fee7", "$OK"), ("Pf=\(freeAsValue)", "$OK"),
                ("D", "$OK"),
            ]
            for (command, wanted) in commands {
                try stream.write(packet(command), deadline: deadline)
                var answer = ""
                // That the processor stands now comes unasked.
                while !answer.contains(wanted) {
                    let bytes = try stream.read(upTo: 256, deadline: deadline)
                    answer += String(decoding: bytes, as: UTF8.self)
                    guard !bytes.isEmpty, !answer.contains("$E") else {
                        throw BoardError.notRunning("debugger: \(command): \(answer)")
                    }
                }
                try stream.write(Array("+".utf8), deadline: deadline)
            }
        }
    }

    /// `$`, the command, `#` and the sum of its bytes.
    private static func packet(_ command: String) -> [UInt8] {
        let sum = command.utf8.reduce(0) { $0 &+ $1 }
        let digits = String(sum, radix: 16)
        return Array("$\(command)#\(digits.count < 2 ? "0" : "")\(digits)".utf8)
    }
}
