import ArgumentParser
import Foundation
import KioskPlatform
import SimulatedDevices

/// Images for the cabinet's controller.
struct Firmware: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes images for the cabinet's controller.", subcommands: [Pack.self, Deliver.self])

    struct Pack: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a signed update from a program.")

        @Argument(help: "The program: an ELF file from script/firmware build.") var program: String
        @Option(help: "mps2-an386 or stm32f405.") var board: FirmwareBoard
        @Option(help: "Its version, 1.2.3: higher than the one that runs.") var version: String
        @Option(help: "A file with the signing key's 32 bytes; the laboratory's key without it.") var key: String?
        @Argument(help: "Where to write the update.") var output: String

        func run() throws {
            var seed: [UInt8]?
            if let key {
                guard let bytes = FileManager.default.contents(atPath: key), bytes.count == 32 else {
                    throw ValidationError("\(key) does not hold the 32 bytes of a key")
                }
                seed = Array(bytes)
            }
            let image = try FirmwareImage(elf: program, board: board.number, version: version, seed: seed)
            try AtomicFile.write(image.bytes, to: output)
            print("firmware: \(version) for \(board.rawValue), \(image.bytes.count) bytes, in \(output)")
        }
    }

    struct Deliver: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the emulated board's flash as the factory delivers it.")

        @Argument(help: "The program.") var program: String
        @Argument(help: "The flash's file.") var output: String
        @Option(help: "The program's version.") var version = "0.4.0"

        func run() throws {
            try BoardFlash.deliver(
                try FirmwareImage(elf: program, board: FirmwareBoard.mps2AN386.number, version: version), to: output)
        }
    }
}

enum FirmwareBoard: String, ExpressibleByArgument, CaseIterable {
    case mps2AN386 = "mps2-an386"
    case stm32F405 = "stm32f405"

    /// In an image's header.
    var number: UInt16 { self == .mps2AN386 ? 1 : 2 }
}
